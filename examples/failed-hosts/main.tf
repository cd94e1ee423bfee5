# The hosts on which a step failed, and what it said there.

terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step to look at (EXS…)."
  type        = string
}

data "coc_execution_instances" "step" {
  execution_step_id = var.execution_step_id
}

output "instances" {
  description = "How many instances the step has, as the service counts them."
  value       = data.coc_execution_instances.step.total
}

output "failed_hosts" {
  description = "Messages of the failed instances, by host."
  value = {
    # A script's host has a nested or a flat record; a call of an API has neither.
    for instance in data.coc_execution_instances.step.data :
    try(coalesce(
      lookup(instance.properties, "properties.host_name", null),
      lookup(instance.properties, "resource_name", null),
    ), instance.execution_instance_id) => instance.message...
    if instance.status == "Failed"
  }
}
