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
  description = "What went wrong on each host, and when. Two hosts can have the same name, so each name has a list."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    # An API call has no host, so the instance's ID replaces the name.
    coalesce(provider::coc::host_name(instance.properties), instance.execution_instance_id) => {
      resource_id = try(instance.properties["resource_id"], null)
      message     = instance.message
      ended       = provider::coc::rfc3339(instance.end_time)
    }...
    if instance.status == "Failed"
  }
}

output "hosts" {
  description = "Names of the hosts in each status."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    coalesce(instance.status, "none") =>
    coalesce(provider::coc::host_name(instance.properties), instance.execution_instance_id)...
  }
}
