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
  description = "Name, address and message of each failed instance. Name and address are null if the instance is not a host."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    instance.execution_instance_id => {
      name = try(coalesce(
        lookup(instance.properties, "properties.host_name", null),
        lookup(instance.properties, "resource_name", null),
      ), null)
      ip = try(coalesce(
        lookup(instance.properties, "properties.fixed_ip", null),
        lookup(instance.properties, "fixed_ip", null),
      ), null)
      message = instance.message
    }
    if instance.status == "Failed"
  }
}
