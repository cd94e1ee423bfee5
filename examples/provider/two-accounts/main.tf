terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The first account, with keys from the environment.
provider "coc" {}

# The second account, with a KooCLI profile.
provider "coc" {
  alias   = "staging"
  profile = "staging"
}

data "coc_executions" "production" {
  document_name = "patch-kernel"
  most_recent   = true
}

data "coc_executions" "staging" {
  provider = coc.staging

  document_name = "patch-kernel"
  most_recent   = true
}

output "last_runs" {
  description = "IDs of the newest runs, by account."
  value = {
    production = one(data.coc_executions.production.data[*].execution_id)
    staging    = one(data.coc_executions.staging.data[*].execution_id)
  }
}
