terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step that must have succeeded (EXS…)."
  type        = string
}

data "coc_execution_instances" "step" {
  execution_step_id = var.execution_step_id

  lifecycle {
    # No rows are no success, but alltrue([]) is true.
    postcondition {
      condition     = length(self.data) > 0
      error_message = "Step ${var.execution_step_id} has no instances."
    }

    postcondition {
      condition = alltrue([for instance in self.data : instance.status == "Succeed"])
      error_message = format("Not every instance of step %s succeeded: %s.", var.execution_step_id, join(", ", [
        for status, instances in { for instance in self.data : coalesce(instance.status, "none") => instance... } :
        "${length(instances)} ${status}"
      ]))
    }
  }
}

# Whatever is rolled out next. It waits for the step, and for its conditions.
resource "terraform_data" "rollout" {
  input = "2.4.0"

  depends_on = [data.coc_execution_instances.step]
}
