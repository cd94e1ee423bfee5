terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "id_token_file" {
  description = "Path of the file in which the pipeline puts its ID token."
  type        = string
  nullable    = false
}

provider "coc" {
  assume_role_with_oidc {
    agency_name   = "coc-reader"
    domain_id     = "0a1b2c3d4e5f60718293a4b5c6d7e8f9" # the account that has the agency
    idp_id        = "my-identity-provider"
    id_token_file = var.id_token_file
  }
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}
