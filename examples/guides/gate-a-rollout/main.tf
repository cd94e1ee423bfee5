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

variable "expected_hosts" {
  description = "On how many hosts the job was started."
  type        = number
  nullable    = false

  validation {
    condition     = var.expected_hosts > 0
    error_message = "A gate needs at least one host."
  }
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

  # Every row is read and counted by its state. The failed ones are kept, for the message.
  statuses       = ["Failed"]
  property_paths = ["properties.host_name", "resource_name"]

  lifecycle {
    # A host whose batch has not begun may have no row, and alltrue([]) is true.
    postcondition {
      condition = sum(concat([0], values(self.status_counts))) == var.expected_hosts
      error_message = format("Step %s of %s has %d instances, not %d.", var.step, data.coc_execution.job.execution_id,
      sum(concat([0], values(self.status_counts))), var.expected_hosts)
    }

    postcondition {
      condition = alltrue([for status in keys(self.status_counts) : status == "Succeed"])
      error_message = format("Not every instance of step %s succeeded: %s.%s", var.step,
        join(", ", [for status, number in self.status_counts : "${number} ${coalesce(status, "none")}"]),
        # The first failed hosts. A script's host has a nested or a flat record; a call of an API has neither.
        join("", [for instance in slice(self.data, 0, min(10, length(self.data))) : format("\n- %s: %s",
          try(coalesce(
            lookup(instance.properties, "properties.host_name", null),
            lookup(instance.properties, "resource_name", null),
          ), coalesce(instance.execution_instance_id, "unknown")),
          coalesce(instance.message, "no message"),
      )]))
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
