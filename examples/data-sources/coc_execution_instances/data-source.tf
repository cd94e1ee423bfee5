data "coc_execution_instances" "patch" {
  execution_step_id = "EXS2025062314121901000001"
}

# What went wrong, and when, by instance.
output "failed" {
  value = {
    for instance in data.coc_execution_instances.patch.data :
    instance.execution_instance_id => {
      message = instance.message
      started = try(timeadd("1970-01-01T00:00:00Z", "${instance.start_time}ms"), null)
      ended   = try(timeadd("1970-01-01T00:00:00Z", "${instance.end_time}ms"), null)
    }
    if instance.status == "Failed"
  }
}

# How many instances there are in each state.
output "statuses" {
  value = {
    for status, instances in {
      for instance in data.coc_execution_instances.patch.data :
      coalesce(instance.status, "none") => instance.id...
    } : status => length(instances)
  }
}
