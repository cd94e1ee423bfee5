terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step (EXS…)."
  type        = string
  nullable    = false
}

# Keeps only the failed hosts, and of each only what identifies it. Keeps no messages.
data "coc_execution_instances" "failed" {
  execution_step_id = var.execution_step_id
  statuses          = ["Failed"]
  fields            = ["execution_instance_id", "properties"]
  property_paths    = ["properties.host_name", "resource_name"]
}

output "failed_hosts" {
  description = "Names of the failed hosts, by the ID of the instance."
  sensitive   = true
  value = {
    for instance in data.coc_execution_instances.failed.data :
    instance.execution_instance_id => provider::coc::host_name(instance.properties)
  }
}
