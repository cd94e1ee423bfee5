terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "since" {
  description = "Keeps the script orders that were created at this time or later, in milliseconds since 1970-01-01 UTC."
  type        = number
  default     = 1750659138000
  nullable    = false
}

data "coc_script_orders" "last" {
  order_name  = "patch-openssl"
  start_time  = var.since
  most_recent = true

  lifecycle {
    postcondition {
      condition     = length(self.data) == 1
      error_message = "The script has not been executed since then, or its orders have another name."
    }
  }
}
