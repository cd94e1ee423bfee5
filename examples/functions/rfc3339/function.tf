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

output "times" {
  description = "When each instance ran. The end is null while the instance is still running."
  value = {
    for instance in data.coc_execution_instances.patch.data :
    instance.execution_instance_id => {
      started = provider::coc::rfc3339(instance.start_time) # "2025-06-23T06:12:19.000Z" for 1750659139000
      ended   = provider::coc::rfc3339(instance.end_time)
    }
  }
}
