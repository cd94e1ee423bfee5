terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "job" {
  description = "Name of the job, as COC has it."
  type        = string
  nullable    = false
}

variable "step" {
  description = "Name of the step that works on the hosts, as the job defines it."
  type        = string
  nullable    = false
}

data "coc_executions" "job" {
  document_name = var.job
  most_recent   = true
}

data "coc_execution" "job" {
  execution_id        = data.coc_executions.job.data[0].execution_id
  wait_for_completion = true

  timeouts = {
    read = "1h"
  }
}

data "coc_execution_steps" "job" {
  execution_id = data.coc_execution.job.execution_id
}

locals {
  step_ids = { for step in data.coc_execution_steps.job.data : step.name => step.execution_step_id }
}

data "coc_execution_instances" "step" {
  execution_step_id = local.step_ids[var.step]

  lifecycle {
    # No rows are no success, but alltrue([]) is true.
    postcondition {
      condition     = length(self.data) > 0
      error_message = "Step ${var.step} of ${data.coc_execution.job.execution_id} has no instances."
    }

    postcondition {
      condition = alltrue([for instance in self.data : instance.status == "Succeed"])
      error_message = format("Not every instance of step %s succeeded: %s.", var.step, join(", ", [
        for status, instances in { for instance in self.data : coalesce(instance.status, "none") => instance... } :
        "${length(instances)} ${status}"
      ]))
    }

    # Another step may have failed, or the job was canceled.
    postcondition {
      condition     = data.coc_execution.job.status == "Succeed"
      error_message = "Ticket ${data.coc_execution.job.execution_id} ended as ${coalesce(data.coc_execution.job.status, "none")}."
    }
  }
}

# Whatever is rolled out next. It waits for the job, and for the conditions.
resource "terraform_data" "rollout" {
  input = "2.4.0"

  depends_on = [data.coc_execution_instances.step]
}
