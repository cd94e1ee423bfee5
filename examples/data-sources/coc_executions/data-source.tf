terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The newest ticket of a job. It leads to its steps and hosts.
data "coc_executions" "patch" {
  document_name = "patch-kernel"
  most_recent   = true
}

output "last_run" {
  description = "ID and status of the last ticket, null if the job never ran."
  value = one([
    for execution in data.coc_executions.patch.data :
    { id = execution.execution_id, status = execution.status }
  ])
}

# Its tickets of the last day that failed, with the parameters that the job was given.
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
