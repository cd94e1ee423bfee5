terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step to look at (EXS…)."
  type        = string
  nullable    = false # null would ask for every instance of the account
}

data "coc_execution_instances" "step" {
  execution_step_id = var.execution_step_id
}

output "failed_hosts" {
  value = [
    for instance in data.coc_execution_instances.step.data :
    instance.properties["properties.host_name"] if instance.status == "Failed"
  ]
}
