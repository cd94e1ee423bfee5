data "terraform_remote_state" "bench" {
  backend = "local"
  config = {
    path = "floor.tfstate"
  }
}

output "rows" {
  value = length(data.terraform_remote_state.bench.outputs.data)
}
