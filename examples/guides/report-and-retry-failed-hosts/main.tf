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
  # The failed instances of each host, by the ID of its resource: two hosts can have the same name.
  failed = {
    for instance in data.coc_execution_instances.failed.data :
    instance.properties["resource_id"] => instance...
    if can(coalesce(instance.properties["resource_id"]))
  }

  # What the retry needs of each host, as texts with up to 1,000 of them: Linux takes 128 KiB in one environment variable.
  targets = [
    for ids in chunklist(keys(local.failed), 1000) : jsonencode([
      for id in ids : {
        resource_id = id
        region_id   = lookup(local.failed[id][0].properties, "region_id", null) # a resource is in one region
      }
    ])
  ]
}

output "failed_hosts" {
  description = "Names and messages of the failed hosts, by the ID of the resource."
  value = {
    for id, instances in local.failed : id => {
      names = distinct([
        for instance in instances : try(coalesce(
          lookup(instance.properties, "properties.host_name", null),
          lookup(instance.properties, "resource_name", null),
        ), "no name")
      ])
      messages = instances[*].message
    }
  }
}

output "not_retried" {
  description = "Messages of failed instances that are no host, such as calls of an API, by their own ID."
  value = {
    for instance in data.coc_execution_instances.failed.data :
    instance.execution_instance_id => instance.message
    if !can(coalesce(instance.properties["resource_id"]))
  }
}

# One job for all hosts, or for each 1,000 of them.
resource "terraform_data" "retry" {
  count = length(local.targets)

  # Other hosts, or another step, start another job.
  triggers_replace = sha256(jsonencode([var.execution_step_id, local.targets[count.index]]))

  # Put the command here that starts the job. What comes from outside is in the environment, and never in the command's text.
  provisioner "local-exec" {
    command     = "echo \"retry $TARGETS\""
    environment = { TARGETS = local.targets[count.index] }
  }
}
