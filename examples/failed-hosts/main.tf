# Shows how the newest run of a job ended, on which hosts it failed, and which messages it left there.

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

variable "step" {
  description = "Name of the step to judge, as the job defines it. Null judges all steps."
  type        = string
  default     = null
}

# The newest run of the job. Waits until it has ended.
data "coc_run" "last" {
  job                 = var.job
  step_names          = var.step == null ? null : [var.step]
  wait_for_completion = true
}

output "succeeded" {
  value = data.coc_run.last.succeeded
}

output "summary" {
  value = data.coc_run.last.summary
}

output "failed_hosts" {
  description = "Messages of the failed instances, by host."
  value = {
    for host in data.coc_run.last.failed :
    coalesce(host.host_name, host.instance_id, "unknown") => coalesce(host.message, host.status, "unknown")...
  }
}
