terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "access_key" {
  type      = string
  sensitive = true
}

variable "secret_key" {
  type      = string
  sensitive = true
}

provider "coc" {
  access_key = var.access_key
  secret_key = var.secret_key
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}
