terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_execution" "patch" {
  execution_id = "EX2025062314121900000001"
}

data "coc_execution_steps" "patch" {
  execution_id = data.coc_execution.patch.execution_id

  lifecycle {
    precondition {
      condition     = data.coc_execution.patch.finished
      error_message = "Ticket ${data.coc_execution.patch.execution_id} has not ended: a step may have no ID yet."
    }

    postcondition {
      condition     = contains(self.data[*].name, "run-script")
      error_message = "The ticket has no step run-script. Its steps are ${join(", ", self.data[*].name)}."
    }
  }
}
