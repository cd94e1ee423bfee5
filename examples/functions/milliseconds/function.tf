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

locals {
  window_end = provider::coc::milliseconds("2025-06-23T08:13:00+02:00") # 1750659180000
}

output "late" {
  description = "The instances that ended after the maintenance window."
  value = [
    for instance in data.coc_execution_instances.patch.data : instance.execution_instance_id
    if coalesce(instance.end_time, 0) > local.window_end
  ]
}
