terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The keys come from the environment: export HW_ACCESS_KEY=… HW_SECRET_KEY=…
provider "coc" {
  site = "china" # where the account was opened: china, international or europe
}

# The last run of a job, by the job's name.
data "coc_run" "last" {
  job = "patch-kernel"
}

output "last_run" {
  description = "How it ended, and the hosts that did not succeed."
  value       = data.coc_run.last.summary
}
