terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# Your own account's keys are in the environment, or in any other place where the provider looks. All three blocks use them.

provider "coc" {
  alias = "production"

  assume_role {
    agency_name = "coc-reader"
    domain_name = "acme-production"
  }
}

provider "coc" {
  alias = "staging"

  assume_role {
    agency_name = "coc-reader"
    domain_id   = "4f5e6d7c8b9a4f5e6d7c8b9a4f5e6d7c"
  }
}

# A chain: the provider exchanges the keys of the first agency for those of the second.
provider "coc" {
  alias = "customer"

  assume_role {
    agency_name = "operations"
    domain_name = "acme-production"
  }

  assume_role {
    agency_name = "coc-reader"
    domain_name = "a-customer"
  }
}

variable "job" {
  description = "Name of the job, which is the same in each account."
  type        = string
  nullable    = false
}

data "coc_executions" "production" {
  provider = coc.production

  document_name = var.job
  most_recent   = true
}

data "coc_executions" "staging" {
  provider = coc.staging

  document_name = var.job
  most_recent   = true
}

data "coc_executions" "customer" {
  provider = coc.customer

  document_name = var.job
  most_recent   = true
}

output "last_runs" {
  description = "Status of the job's newest ticket in each account, or null if the job never ran there."
  value = {
    production = one(data.coc_executions.production.data[*].status)
    staging    = one(data.coc_executions.staging.data[*].status)
    customer   = one(data.coc_executions.customer.data[*].status)
  }
}
