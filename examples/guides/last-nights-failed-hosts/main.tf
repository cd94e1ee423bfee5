terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "job" {
  description = "Name of the job in COC."
  type        = string
  nullable    = false
}

variable "since" {
  description = "Reads only runs that started after this time, in milliseconds since 1970-01-01 UTC. Null reads all."
  type        = number
  default     = null
}

# The job's runs since that time that did not succeed.
data "coc_executions" "failed" {
  document_name = var.job
  start_time    = var.since
  statuses      = ["Failed", "Timeout", "Canceled"]
}

data "coc_run" "failed" {
  for_each = toset([for execution in data.coc_executions.failed.data : execution.execution_id])

  execution_id = each.key
}

output "summaries" {
  value = { for id, run in data.coc_run.failed : id => run.summary }
}

# A table of all failed hosts. Terraform has no csvencode function, so this puts each cell in quotes and doubles the quotes in it.
output "csv" {
  value = join("\n", [
    for row in concat([["run", "step", "host", "status", "message"]], flatten([
      for id, run in data.coc_run.failed : [
        for host in run.failed : { cells = [id, host.step_name, host.host_name, host.status, host.message] }
      ]
    ])[*].cells) : join(",", [for cell in row : format("\"%s\"", cell == null ? "" : replace(cell, "\"", "\"\""))])
  ])
}
