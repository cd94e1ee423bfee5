terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "since" {
  description = "Reads only tickets that started after this time, in milliseconds since 1970-01-01 UTC."
  type        = number
  default     = 1750659138000
  nullable    = false
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  start_time    = var.since
  most_recent   = true

  lifecycle {
    postcondition {
      condition     = length(self.data) == 1
      error_message = "The job has not run since then, or has another name."
    }
  }
}
