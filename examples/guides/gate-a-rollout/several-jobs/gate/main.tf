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

variable "expected_instances" {
  description = "Number of hosts that the job was started on."
  type        = number
  nullable    = false
}

data "coc_run" "job" {
  job                 = var.job
  started_after       = timeadd(plantimestamp(), "-2h")
  wait_for_completion = true
  expected_instances  = var.expected_instances

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}
