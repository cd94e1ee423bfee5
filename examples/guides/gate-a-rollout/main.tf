terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_run" "patch" {
  job                 = "patch-kernel"
  started_after       = timeadd(plantimestamp(), "-2h") # today's run, not yesterday's
  wait_for_completion = true
  expected_instances  = 200
  timeouts            = { read = "1h" }

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}

# Replace this with your rollout. It waits for the gate.
resource "terraform_data" "rollout" {
  input      = "2.4.0"
  depends_on = [data.coc_run.patch]
}
