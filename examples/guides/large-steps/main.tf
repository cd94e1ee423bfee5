terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step to look at (EXS…)."
  type        = string
  nullable    = false # null would ask for every instance of the account
}

variable "expected_hosts" {
  description = "Number of hosts that the job was started on."
  type        = number
  nullable    = false
}

# Reads and counts every row. Keeps only the failed ones, and of their properties only those that identify the host.
data "coc_execution_instances" "step" {
  execution_step_id = var.execution_step_id
  statuses          = ["Failed"]
  property_paths    = ["properties.host_name", "resource_name", "resource_id"]
  limit             = 1000 # fewer requests, if the service sends that many rows in a page

  timeouts = {
    read = "1h"
  }
}

output "succeeded" {
  description = "Whether the step has succeeded on every host."
  value       = data.coc_execution_instances.step.status_counts == tomap({ Succeed = var.expected_hosts })
}

output "hosts_by_status" {
  description = "Number of instances in each status."
  value       = data.coc_execution_instances.step.status_counts
}

output "failed_hosts" {
  description = "Messages of the failed hosts, by the ID of the host."
  value = {
    for instance in data.coc_execution_instances.step.data :
    coalesce(try(instance.properties["resource_id"], null), instance.execution_instance_id) => {
      host    = provider::coc::host_name(instance.properties)
      message = instance.message
    }...
  }
}
