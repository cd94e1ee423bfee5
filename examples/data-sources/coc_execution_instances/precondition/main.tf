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
}

locals {
  step_ids = { for step in data.coc_execution_steps.patch.data : step.name => step.execution_step_id }
}

data "coc_execution_instances" "patch" {
  execution_step_id = local.step_ids["run-script"]

  lifecycle {
    precondition {
      condition     = data.coc_execution.patch.finished
      error_message = "Ticket ${data.coc_execution.patch.execution_id} has not ended: more hosts may fail."
    }
  }
}
