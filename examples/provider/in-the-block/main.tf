terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "access_key" {
  description = "Access key of the account."
  type        = string
  sensitive   = true
}

variable "secret_key" {
  description = "Secret key of the account."
  type        = string
  sensitive   = true
}

provider "coc" {
  access_key = var.access_key
  secret_key = var.secret_key
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}
