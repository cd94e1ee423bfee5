terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The keys come from the environment: export HW_ACCESS_KEY=… HW_SECRET_KEY=…
provider "coc" {
  site = "china" # where the account was opened: china, international or europe
}

# The last run of a job, by the job's name.
data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}

output "last_run" {
  description = "ID and state of the last run, null if the job never ran."
  value = one([
    for execution in data.coc_executions.last.data :
    { id = execution.execution_id, status = execution.status }
  ])
}
