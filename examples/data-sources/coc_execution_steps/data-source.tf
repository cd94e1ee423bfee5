terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_execution_steps" "patch" {
  execution_id = "EX2025062314121900000001"
}

locals {
  # The ID of each step, by its name. It is an error if two steps have the same name, or if you look up a name that the ticket does not have.
  step_ids = { for step in data.coc_execution_steps.patch.data : step.name => step.execution_step_id }
}

data "coc_execution_instances" "failed" {
  execution_step_id = local.step_ids["run-script"]
  statuses          = ["Failed"]
}

output "failed_hosts" {
  description = "Number of hosts that failed."
  value       = length(data.coc_execution_instances.failed.data)
}

output "steps" {
  description = "Status of each step, by its name."
  value       = { for step in data.coc_execution_steps.patch.data : step.name => step.status }
}
