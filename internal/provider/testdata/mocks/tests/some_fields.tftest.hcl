mock_provider "coc" {
  mock_data "coc_executions" {
    defaults = {
      data = [{ execution_id = "EX2", parameters = [{ key = "reboot", value = "false" }] }]
    }
  }

  mock_data "coc_execution" {
    defaults = {
      targets = [{ key = "InstanceValues", values = ["web-0001"] }]
    }
  }

  mock_data "coc_execution_steps" {
    defaults = {
      data = [{ execution_step_id = "EXS1", outputs = [{ key = "code", value = "1" }] }]
    }
  }

  mock_data "coc_execution_instances" {
    defaults = {
      data = [
        { status = "Failed", properties = { "properties.host_name" = "web-0001" } },
        { status = "Succeed", properties = { "properties.host_name" = "web-0002" } },
      ]
    }
  }
}

run "reads_the_rows_of_the_mock" {
  assert {
    condition     = jsonencode(output.failed_hosts) == jsonencode(["web-0001"])
    error_message = "The failed hosts are ${jsonencode(output.failed_hosts)}."
  }

  assert {
    condition = jsonencode(output.entries) == jsonencode({
      outputs    = { code = "1" }
      parameters = { reboot = "false" }
      targets    = ["web-0001"]
    })
    error_message = "The entries are ${jsonencode(output.entries)}."
  }

  assert {
    condition     = length(output.left_out) == 2
    error_message = "The messages, which the mock leaves out, are ${jsonencode(output.left_out)}."
  }
}
