terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# Every host of a script order, with only those entries of target_instance that the outputs use.
data "coc_script_order_instances" "patch" {
  execute_uuid   = "SCT2025062314121800000000"
  property_paths = ["resource_id", "properties.host_name"]
}

output "hosts" {
  value = {
    for instance in data.coc_script_order_instances.patch.data :
    instance.status => lookup(instance.target_instance, "properties.host_name", instance.target_instance["resource_id"])...
  }
}

output "failed" {
  description = "What the script printed on each host where it did not finish, by the host's resource ID."
  value = {
    for instance in data.coc_script_order_instances.patch.data :
    instance.target_instance["resource_id"] => instance.message if instance.status != "FINISHED"
  }
}
