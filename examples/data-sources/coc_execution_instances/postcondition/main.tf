terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = "~> 0.1"
    }
  }
}

data "coc_execution_instances" "patch" {
  execution_step_id = "EXS2025062314121901000001"
  statuses          = ["Failed"] # keeps only these rows; status_counts still counts all of them

  lifecycle {
    postcondition {
      condition     = length(self.status_counts) > 0 # alltrue([]) is true
      error_message = "Nothing has run in this step."
    }

    postcondition {
      condition     = alltrue([for status in keys(self.status_counts) : status == "Succeed"])
      error_message = "The step has not succeeded on every host: ${length(self.data)} failed."
    }
  }
}
