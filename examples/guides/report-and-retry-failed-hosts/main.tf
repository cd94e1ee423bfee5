terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "job" {
  description = "Name of the job, as COC has it."
  type        = string
  nullable    = false
}

# Without a postcondition: a run that has failed is what this is for.
data "coc_run" "job" {
  job                 = var.job
  wait_for_completion = true
}

locals {
  # The failed instances of each host, by the ID of its resource: two hosts can have the same name.
  hosts = { for host in data.coc_run.job.failed : host.resource_id => host... if host.resource_id != null }

  # What the retry needs of each host, as texts with up to 1,000 of them: Linux takes 128 KiB in one environment variable.
  targets = [
    for ids in chunklist(keys(local.hosts), 1000) : jsonencode([
      for id in ids : { resource_id = id, region_id = local.hosts[id][0].region_id }
    ])
  ]
}

output "failed_hosts" {
  description = "Names and messages of the failed hosts, by the ID of the resource."
  value       = { for id, hosts in local.hosts : id => { name = hosts[0].host_name, messages = hosts[*].message } }
}

output "not_retried" {
  description = "Messages of failed instances that are no host, such as calls of an API, by their own ID."
  value       = { for host in data.coc_run.job.failed : host.instance_id => host.message if host.resource_id == null }
}

# One job for all hosts, or for each 1,000 of them.
resource "terraform_data" "retry" {
  count = length(local.targets)

  # Other hosts, or another run, start another job.
  triggers_replace = sha256(jsonencode([data.coc_run.job.id, local.targets[count.index]]))

  # Put the command here that starts the job. What comes from outside is in the environment, and never in the command's text.
  provisioner "local-exec" {
    command     = "echo \"retry $TARGETS\""
    environment = { TARGETS = local.targets[count.index] }
  }
}
