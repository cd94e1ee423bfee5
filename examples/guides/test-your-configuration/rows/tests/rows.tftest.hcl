mock_provider "coc" {
  mock_data "coc_execution_instances" {
    defaults = {
      data = [
        {
          id                    = 1
          execution_instance_id = "EXI1"
          execution_step_id     = "EXS1"
          start_time            = 1750659139000
          end_time              = 1750659210000
          status                = "Succeed"
          message               = null
          properties            = { "properties.host_name" = "web-0001" }
        },
        {
          id                    = 2
          execution_instance_id = "EXI2"
          execution_step_id     = "EXS1"
          start_time            = 1750659139000
          end_time              = 1750659210000
          status                = "Failed"
          message               = "exit status 1"
          properties            = { "properties.host_name" = "web-0002" }
        },
      ]
    }
  }
}

variables {
  execution_step_id = "EXS1"
}

run "names_the_failed_host" {
  command = plan

  assert {
    condition     = join(", ", output.failed_hosts) == "web-0002"
    error_message = "Want web-0002, got ${join(", ", output.failed_hosts)}."
  }
}
