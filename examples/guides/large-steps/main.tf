terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "execution_step_id" {
  description = "ID of the step to look at (EXS…)."
  type        = string
  nullable    = false # null would ask for every instance of the account
}

data "coc_execution_instances" "failed" {
  execution_step_id = var.execution_step_id
  statuses          = ["Failed"] # rows in other states are read, and dropped
  max_items         = 100        # enough to see what is wrong
  limit             = 1000       # fewer requests, if the service gives that many rows in a page

  timeouts = {
    read = "1h"
  }
}

output "messages" {
  description = "How many of the first failed instances said what."
  value = {
    for message, instances in {
      for instance in data.coc_execution_instances.failed.data :
      coalesce(instance.message, "no message") => instance.id...
    } : message => length(instances)
  }
}
