terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "hosts" {
  type        = number
  default     = 200
  description = "How many hosts the script runs on."
}

data "coc_run" "patch" {
  script_order_name   = "patch-openssl"
  started_after       = timeadd(plantimestamp(), "-2h") # today's run, not yesterday's
  wait_for_completion = true
  expected_instances  = var.hosts

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}
