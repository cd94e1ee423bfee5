# Waits until the ticket has ended. Without the postcondition, a ticket that has failed is no error: its failed hosts can be read.
data "coc_execution" "patch" {
  execution_id        = "EX2025062314121800000000"
  wait_for_completion = true
  timeouts            = { read = "2h" }

  lifecycle {
    postcondition {
      condition     = self.status == "Succeed"
      error_message = "Ticket ${self.execution_id} has the status ${coalesce(self.status, "none")}."
    }
  }
}

output "patch" {
  value = {
    job     = data.coc_execution.patch.document_name
    status  = data.coc_execution.patch.status
    ended   = try(timeadd("1970-01-01T00:00:00Z", "${data.coc_execution.patch.end_time}ms"), null)
    seconds = try((data.coc_execution.patch.end_time - data.coc_execution.patch.start_time) / 1000, null)
  }
}
