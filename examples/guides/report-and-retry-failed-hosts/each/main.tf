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
}

output "not_retried" {
  description = "Messages of failed instances that are no host, such as calls of an API, by their own ID."
  value = {
    for instance in data.coc_execution_instances.failed.data :
    instance.execution_instance_id => instance.message
    if !can(coalesce(instance.properties["resource_id"]))
  }
}

# One job for each host.
resource "terraform_data" "retry" {
  for_each = local.failed

  # A host that fails again, in another step, is retried again.
  triggers_replace = toset(each.value[*].execution_instance_id)

  provisioner "local-exec" {
    command     = "echo \"retry $HOST\""
    environment = { HOST = each.key }
  }
}
