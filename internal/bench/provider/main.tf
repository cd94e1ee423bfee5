terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

variable "property_paths" {
  type    = set(string)
  default = null
}

variable "statuses" {
  type    = set(string)
  default = null
}

data "coc_execution_instances" "bench" {
  property_paths = var.property_paths
  statuses       = var.statuses
}

output "rows" {
  value = length(data.coc_execution_instances.bench.data)
}
