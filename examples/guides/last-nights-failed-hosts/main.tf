terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "job" {
  description = "Name of the job, as COC has it."
  type        = string
  nullable    = false
}

variable "step" {
  description = "Name of the step that works on the hosts, as the job defines it."
  type        = string
  nullable    = false
}

variable "since" {
  description = "Keeps the tickets that started later than this, in milliseconds since 1970-01-01 UTC. Null keeps all."
  type        = number
  default     = null
}

# The runs of the job since then that did not succeed.
data "coc_executions" "failed" {
  document_name = var.job
  start_time    = var.since
  statuses      = ["Failed", "Timeout", "Canceled"]
}

data "coc_execution_steps" "failed" {
  for_each = { for execution in data.coc_executions.failed.data : execution.execution_id => execution }

  execution_id = each.key
}

# The failed hosts of the step in each of these runs. A run that ended before the step began has none.
data "coc_execution_instances" "failed" {
  for_each = {
    for id, steps in data.coc_execution_steps.failed :
    id => one([for step in steps.data : step.execution_step_id if step.name == var.step && step.execution_step_id != ""])
    if anytrue([for step in steps.data : step.name == var.step && step.execution_step_id != ""])
  }

  execution_step_id = each.value
  statuses          = ["Failed"]
}

output "failed_hosts" {
  description = "Messages of the failed hosts, by ticket and host."
  value = {
    for id, instances in data.coc_execution_instances.failed :
    id => {
      for instance in instances.data :
      try(coalesce(
        lookup(instance.properties, "properties.host_name", null),
        lookup(instance.properties, "resource_name", null),
      ), instance.execution_instance_id) => instance.message...
    }
  }
}

output "not_begun" {
  description = "Tickets that ended before the step began: no host has failed there, because none was worked on."
  value       = setsubtract(keys(data.coc_execution_steps.failed), keys(data.coc_execution_instances.failed))
}
