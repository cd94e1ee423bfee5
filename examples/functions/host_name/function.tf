terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_execution_instances" "patch" {
  execution_step_id = "EXS2025062314121901000001"
}

output "failed_hosts" {
  description = "Messages of the failed instances, by host. A call of an API has no host: its own ID takes the place of the name."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    coalesce(provider::coc::host_name(instance.properties), instance.execution_instance_id) => instance.message...
    if instance.status == "Failed"
  }
}
