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
  description = "IP addresses of the failed hosts, by host name."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    provider::coc::host_name(instance.properties) => provider::coc::host_ip(instance.properties)...
    if instance.status == "Failed" && provider::coc::host_name(instance.properties) != null
  }
}
