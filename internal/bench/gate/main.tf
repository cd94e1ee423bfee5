terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "expected_instances" {
  type = number
}

data "coc_run" "patch" {
  job                 = "patch-kernel"
  wait_for_completion = true
  expected_instances  = var.expected_instances

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}
