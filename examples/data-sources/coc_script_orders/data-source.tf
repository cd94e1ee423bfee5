terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# The newest script order with this name.
data "coc_script_orders" "patch" {
  order_name  = "patch-openssl"
  most_recent = true
}

output "last_run" {
  description = "ID and status of the newest script order, or null if there is none."
  value = one([
    for order in data.coc_script_orders.patch.data :
    { id = order.execute_uuid, status = order.status }
  ])
}

# One user's script orders that went wrong or were canceled.
data "coc_script_orders" "failed" {
  creator  = "ops-automation"
  statuses = ["ABNORMAL", "CANCELED"]
}

output "failed" {
  value = { for order in data.coc_script_orders.failed.data : order.execute_uuid => order.order_name }
}
