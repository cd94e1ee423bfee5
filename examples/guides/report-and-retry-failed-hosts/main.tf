terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

variable "job" {
  description = "Name of the job in COC."
  type        = string
  nullable    = false
}

# There is no postcondition, because this configuration is for failed runs.
data "coc_run" "job" {
  job                 = var.job
  wait_for_completion = true
}

locals {
  # The failed instances of each host, by resource ID, because two hosts can have the same name.
  hosts = { for host in data.coc_run.job.failed : host.resource_id => host... if host.resource_id != null }

  # What the retry needs to know about each host, as JSON for up to 1,000 hosts at a time: Linux allows 128 KiB in one environment variable.
  targets = [
    for ids in chunklist(keys(local.hosts), 1000) : jsonencode([
      for id in ids : { resource_id = id, region_id = local.hosts[id][0].region_id }
    ])
  ]
}

output "failed_hosts" {
  description = "Names and messages of the failed hosts, by resource ID."
  value       = { for id, hosts in local.hosts : id => { name = hosts[0].host_name, messages = hosts[*].message } }
}

output "not_retried" {
  description = "Messages of failed instances that are not hosts, such as API calls, by instance ID."
  value       = { for host in data.coc_run.job.failed : host.instance_id => host.message if host.resource_id == null }
}

# Starts one job for every 1,000 hosts.
resource "terraform_data" "retry" {
  count = length(local.targets)

  # If the hosts or the run change, another job starts.
  triggers_replace = sha256(jsonencode([data.coc_run.job.id, local.targets[count.index]]))

  # Put your command here. Data from outside goes into the environment, never into the text of the command.
  provisioner "local-exec" {
    command     = "echo \"retry $TARGETS\""
    environment = { TARGETS = local.targets[count.index] }
  }
}
