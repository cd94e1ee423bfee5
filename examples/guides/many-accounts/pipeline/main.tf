terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "id_token_file" {
  description = "File with the ID token of the pipeline."
  type        = string
  nullable    = false
}

provider "coc" {
  assume_role_with_oidc {
    agency_name   = "coc-reader"
    domain_id     = "4f5e6d7c8b9a4f5e6d7c8b9a4f5e6d7c"
    idp_id        = "pipelines"
    id_token_file = var.id_token_file
  }
}

variable "job" {
  description = "Name of the job, as COC has it."
  type        = string
  nullable    = false
}

data "coc_executions" "last" {
  document_name = var.job
  most_recent   = true
}

output "last_run" {
  description = "Status of the job's last ticket. It is null if the job never ran."
  value       = one(data.coc_executions.last.data[*].status)
}
