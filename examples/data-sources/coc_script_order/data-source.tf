terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# Waits until the script order has ended, or has gone wrong and the script no longer runs on any host.
data "coc_script_order" "patch" {
  execute_uuid        = "SCT2025062314121800000000"
  wait_for_completion = true
  timeouts            = { read = "2h" }
}

output "patch" {
  value = {
    script    = data.coc_script_order.patch.properties["script_name"]
    status    = data.coc_script_order.patch.status
    finished  = data.coc_script_order.patch.finished
    hosts     = data.coc_script_order.patch.total_instance
    succeeded = lookup(data.coc_script_order.patch.status_counts, "FINISHED", 0)
  }
}
