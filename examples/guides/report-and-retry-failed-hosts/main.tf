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
  nullable    = false # null would ask for every instance of the account
}

data "coc_execution_instances" "failed" {
  execution_step_id = var.execution_step_id
  statuses          = ["Failed"]
}

locals {
  # The failed instances of each host. A script's host has a nested or a flat record; a call of an API has neither.
  failed = {
    for instance in data.coc_execution_instances.failed.data :
    try(coalesce(
      lookup(instance.properties, "properties.host_name", null),
      lookup(instance.properties, "resource_name", null),
    ), instance.execution_instance_id) => instance...
  }
}

output "failed_hosts" {
  description = "Messages of the failed instances, by host."
  value       = { for host, instances in local.failed : host => instances[*].message }
}

resource "terraform_data" "retry" {
  for_each = local.failed

  # A host that fails again, in another step, is retried again.
  triggers_replace = toset(each.value[*].execution_instance_id)

  input = {
    resource_id = try(each.value[0].properties["resource_id"], null)
    region_id   = try(each.value[0].properties["region_id"], null)
  }

  # Put the command here that runs the job on one host. A name from outside does not belong into its text.
  provisioner "local-exec" {
    command     = "echo \"retry $HOST\""
    environment = { HOST = each.key }
  }
}
