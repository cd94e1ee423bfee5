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
  default     = 4
  description = "How many hosts the script runs on."
}

data "coc_script_order" "patch" {
  execute_uuid        = "SCT2025062314121800000000"
  wait_for_completion = true

  lifecycle {
    postcondition {
      condition = (
        self.status == "FINISHED" && self.total_instance == var.hosts &&
        lookup(self.status_counts, "FINISHED", 0) == var.hosts
      )
      error_message = "Script order ${self.execute_uuid} has the status ${coalesce(self.status, "none")}: ${jsonencode(self.status_counts)}."
    }
  }
}
