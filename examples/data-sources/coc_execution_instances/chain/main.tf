terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "job" {
  description = "Name of the job in COC."
  type        = string
  nullable    = false
}

variable "step" {
  description = "Name of the step that works on the hosts, as the job defines it."
  type        = string
  nullable    = false
}

# The job's newest ticket.
data "coc_executions" "last" {
  document_name = var.job
  most_recent   = true
}

# Waits until the ticket has ended. If it has already ended, this costs one request.
data "coc_execution" "last" {
  execution_id        = data.coc_executions.last.data[0].execution_id
  wait_for_completion = true
}

data "coc_execution_steps" "last" {
  execution_id = data.coc_execution.last.execution_id
}

locals {
  step_ids = { for step in data.coc_execution_steps.last.data : step.name => step.execution_step_id }
}

# Counts every host by its status. Keeps only the failed hosts, and of their properties only the names.
data "coc_execution_instances" "last" {
  execution_step_id = local.step_ids[var.step]
  statuses          = ["Failed"]
  property_paths    = ["properties.host_name", "resource_name"]
}

output "status" {
  description = "How the job ended."
  value       = data.coc_execution.last.status
}

output "hosts_by_status" {
  description = "Number of instances in each status."
  value       = data.coc_execution_instances.last.status_counts
}

output "failed_hosts" {
  description = "Messages of the failed instances, by host."
  value = {
    # A host's properties come in two forms, nested or flat. An API call has neither.
    for instance in data.coc_execution_instances.last.data :
    try(coalesce(
      lookup(instance.properties, "properties.host_name", null),
      lookup(instance.properties, "resource_name", null),
    ), instance.execution_instance_id) => instance.message...
  }
}
