terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

# The last run of a job, whose ticket leads to its steps and hosts.
data "coc_executions" "patch" {
  document_name = "patch-kernel"
  most_recent   = true
}

output "last_run" {
  description = "ID and state of the last ticket, null if the job never ran."
  value = one([
    for execution in data.coc_executions.patch.data :
    { id = execution.execution_id, status = execution.status }
  ])
}

# Its tickets that failed, with the parameters that the job was given.
data "coc_executions" "failed" {
  document_name = "patch-kernel"
  statuses      = ["Failed", "Timeout"]
}

output "failed_runs" {
  value = {
    for execution in data.coc_executions.failed.data :
    execution.execution_id => { for parameter in execution.parameters : parameter.key => parameter.value }
  }
}
