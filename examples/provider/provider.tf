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

# Waits for the newest run of the job, and stops here unless it succeeds on all 200 hosts.
data "coc_run" "patch" {
  job                 = "patch-kernel"
  started_after       = timeadd(plantimestamp(), "-2h") # today's run, not yesterday's
  wait_for_completion = true
  expected_instances  = 200

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}

output "hosts_by_status" {
  description = "Number of instances in each status."
  value       = data.coc_run.patch.status_counts
}
