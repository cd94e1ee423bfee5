terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}

data "coc_execution" "last" {
  execution_id        = one(data.coc_executions.last.data[*].execution_id)
  wait_for_completion = true

  lifecycle {
    precondition {
      condition     = length(data.coc_executions.last.data) == 1
      error_message = "The job never ran, or has another name."
    }

    postcondition {
      condition     = self.status == "Succeed"
      error_message = "Ticket ${self.execution_id} has the status ${coalesce(self.status, "none")}."
    }
  }
}
