# The mock stands in for COC: no account, no credentials and no network are needed.
mock_provider "coc" {
  mock_data "coc_run" {
    defaults = {
      succeeded = true
      summary   = "Run EX1 has succeeded."
      failed    = []
    }
  }
}

run "opens" {
  command = plan

  assert {
    condition     = length(output.failed_hosts) == 0
    error_message = "Want no failed hosts."
  }
}

run "stays_shut" {
  command = plan

  override_data {
    target = data.coc_run.patch
    values = {
      succeeded = false
      summary   = "Run EX1 has not succeeded."
      # OpenTofu requires every field of an element. Terraform fills in those that you leave out.
      failed = [{
        instance_id = "EXI1"
        step_name   = "patch"
        host_name   = "web-0001"
        host_ip     = "10.2.0.1"
        resource_id = null
        region_id   = null
        status      = "Failed"
        message     = "exit status 1"
        started_at  = null
        ended_at    = null
      }]
    }
  }

  expect_failures = [data.coc_run.patch]
}
