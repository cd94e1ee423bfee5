# make generate asks for the schema of the provider in bin/. tfplugindocs finds it under this address only.
terraform {
  required_providers {
    coc = {
      source = "registry.terraform.io/hashicorp/coc"
    }
  }
}
