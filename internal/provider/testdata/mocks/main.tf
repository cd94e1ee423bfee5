terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}

data "coc_execution" "patch" {
  execution_id = one(data.coc_executions.last.data).execution_id
}

data "coc_execution_steps" "patch" {
  execution_id = data.coc_execution.patch.execution_id
}

data "coc_execution_instances" "patch" {
  execution_step_id = one(data.coc_execution_steps.patch.data).execution_step_id
}

output "failed_hosts" {
  value = [
    for instance in data.coc_execution_instances.patch.data : instance.properties["properties.host_name"]
    if instance.status == "Failed"
  ]
}

output "entries" {
  value = {
    outputs    = { for o in one(data.coc_execution_steps.patch.data).outputs : o.key => o.value }
    parameters = { for p in one(data.coc_executions.last.data).parameters : p.key => p.value }
    targets    = one(data.coc_execution.patch.targets).values
  }
}

output "left_out" {
  value = data.coc_execution_instances.patch.data[*].message
}
