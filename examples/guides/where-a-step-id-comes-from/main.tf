terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "step_name" {
  description = "Name of the step, as the job defines it."
  type        = string
}

locals {
  # The answer of GET /v1/executions/{execution_id}/steps.
  steps = { for step in jsondecode(file("${path.module}/steps.json")).data : step.name => step... }
}

data "coc_execution_instances" "step" {
  execution_step_id = one(local.steps[var.step_name]).execution_step_id
}

output "instances" {
  value = length(data.coc_execution_instances.step.data)
}
