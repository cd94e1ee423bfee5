terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

data "coc_execution_instances" "patch" {
  execution_step_id = "EXS2025062314121901000001"
}

output "failed_hosts" {
  value = {
    for instance in data.coc_execution_instances.patch.data :
    try(coalesce(
      lookup(instance.properties, "properties.host_name", null),
      lookup(instance.properties, "resource_name", null),
    ), instance.execution_instance_id) => instance.message...
    if instance.status == "Failed"
  }
}
