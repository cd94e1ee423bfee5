terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step to watch (EXS…)."
  type        = string
  nullable    = false # null would ask for every instance of the account
}

data "coc_execution_instances" "step" {
  execution_step_id = var.execution_step_id
  statuses          = ["Failed"]
  property_paths    = []
}

check "step_succeeded" {
  assert {
    condition = length(data.coc_execution_instances.step.status_counts) > 0 && alltrue([
      for status in keys(data.coc_execution_instances.step.status_counts) : status == "Succeed"
    ])
    error_message = "Step ${var.execution_step_id} has not succeeded on every instance."
  }
}
