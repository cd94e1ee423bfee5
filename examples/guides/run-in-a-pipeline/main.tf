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

variable "expected_instances" {
  description = "Number of hosts that the job was started on."
  type        = number
  nullable    = false
}

# The provider exchanges the pipeline's ID token for keys of the agency.
provider "coc" {
  site = "china"

  assume_role_with_oidc {
    agency_name   = "coc-reader"
    domain_id     = "4f5e6d7c8b9a4f5e6d7c8b9a4f5e6d7c" # the account that has the agency
    idp_id        = "pipelines"
    id_token_file = var.id_token_file
  }
}

data "coc_run" "patch" {
  job                 = "patch-kernel"
  started_after       = timeadd(plantimestamp(), "-2h")
  wait_for_completion = true
  expected_instances  = var.expected_instances

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}

# Replace this with your rollout. It happens only if the run has succeeded.
resource "terraform_data" "rollout" {
  input = data.coc_run.patch.id
}
