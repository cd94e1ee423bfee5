terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

provider "coc" {
  alias = "production"
  site  = "china" # where the account was opened: china, international or europe
}

module "gate" {
  source   = "./gate"
  for_each = { patch-kernel = 200, rotate-certificates = 12 } # the number of instances of each job

  job                = each.key
  expected_instances = each.value

  providers = { coc = coc.production }
}
