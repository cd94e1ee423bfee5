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
  description = "Messages of the failed instances, by host name. An API call has no host, so the instance's ID replaces the name."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    coalesce(provider::coc::host_name(instance.properties), instance.execution_instance_id) => instance.message...
    if instance.status == "Failed"
  }
}
