terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "since" {
  description = "Keeps the tickets that started later than this, in milliseconds since 1970-01-01 UTC."
  type        = number
  default     = 1750659138000
  nullable    = false
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  start_time    = var.since
  most_recent   = true

  lifecycle {
    precondition {
      condition     = var.since > 1000000000000
      error_message = "since must be in milliseconds: ${var.since} is in January 1970."
    }

    postcondition {
      condition     = length(self.data) == 1
      error_message = "The job has not run since then, or has another name."
    }
  }
}
