terraform {
  required_providers {
    coc = {
      source = "cocops/coc"
    }
  }
}

data "coc_execution_instances" "bench" {}

output "rows" {
  value = length(data.coc_execution_instances.bench.data)
}
