# A mock without defaults makes succeeded false.
mock_provider "coc" {}

run "stays_shut" {
  command = plan

  expect_failures = [data.coc_run.patch]
}
