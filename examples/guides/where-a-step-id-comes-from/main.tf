terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "execution_id" {
  description = "ID of the ticket (EX…), as the console shows it."
  type        = string
  nullable    = false
}

data "coc_execution_steps" "ticket" {
  execution_id = var.execution_id
}

output "step_ids" {
  description = "IDs of the ticket's steps (EXS…), by name. A step that has not begun has an empty one."
  value       = { for step in data.coc_execution_steps.ticket.data : step.name => step.execution_step_id }
}
