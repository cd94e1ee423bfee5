terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# Waits until the ticket has ended, successfully or not.
data "coc_execution" "patch" {
  execution_id        = "EX2025062314121800000000"
  wait_for_completion = true
  timeouts            = { read = "2h" }
}

output "patch" {
  description = "How the ticket ended."
  value = {
    job     = data.coc_execution.patch.document_name
    status  = data.coc_execution.patch.status
    ended   = try(timeadd("1970-01-01T00:00:00Z", "${data.coc_execution.patch.end_time}ms"), null)
    seconds = try((data.coc_execution.patch.end_time - data.coc_execution.patch.start_time) / 1000, null)
  }
}
