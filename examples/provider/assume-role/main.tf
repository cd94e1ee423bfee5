terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

provider "coc" {
  assume_role {
    agency_name = "coc-reader"
    domain_name = "customer" # the account that has the agency
  }
}

data "coc_executions" "last" {
  document_name = "patch-kernel"
  most_recent   = true
}
