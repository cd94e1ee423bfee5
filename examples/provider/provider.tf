terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

# Keys come from the environment (HW_ACCESS_KEY, HW_SECRET_KEY) or a shared file: see Authentication.
provider "coc" {
  region = "cn-north-4" # the account's, which chooses the site
}
