terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The newest ticket of a job. Its ID leads to its steps and hosts.
data "coc_executions" "patch" {
  document_name = "patch-kernel"
  most_recent   = true
}

output "last_run" {
  description = "ID and status of the newest ticket, or null if the job never ran."
  value = one([
    for execution in data.coc_executions.patch.data :
    { id = execution.execution_id, status = execution.status }
  ])
}

# The job's tickets of the last 24 hours that failed, with the parameters of each.
data "coc_executions" "failed" {
  document_name = "patch-kernel"
  start_time    = provider::coc::milliseconds(timeadd(plantimestamp(), "-24h"))
  statuses      = ["Failed", "Timeout"]
}

output "failed_runs" {
  description = "Parameters of the failed tickets, by ticket."
  value = {
    for execution in data.coc_executions.failed.data :
    execution.execution_id => { for parameter in execution.parameters : parameter.key => parameter.value }
  }
}
