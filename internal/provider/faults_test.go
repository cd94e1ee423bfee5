package provider

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A handful of faults as a user meets them; internal/coc has them all.

func TestAccEveryRow(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.MaxLimit = 60
	e.Fault(coctest.FirstTries(0, 1), coctest.Error(http.StatusTooManyRequests, "APIG.0308", "throttled", "Retry-After", "1"))
	e.Fault(coctest.FirstTries(60, 1), coctest.CutOff(700))
	e.Fault(coctest.FirstTries(120, 1), coctest.Reset)
	acceptance(t, resource.TestStep{
		Config: serve(t, e) + `
data "coc_execution_instances" "test" {
  execution_step_id = "` + coctest.StepID + `"
}

data "coc_execution_instances" "failed" {
  execution_step_id = "` + coctest.StepID + `"
  statuses          = ["failed"]
  max_items         = 3
  timeouts          = { read = "1m" }
}

output "every_row" {
  value = data.coc_execution_instances.test.data[*].id == range(4482, 4732)
}

output "failed" {
  value = data.coc_execution_instances.failed.data[*].properties["properties.host_name"]
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("every_row", knownvalue.Bool(true)),
			statecheck.ExpectKnownOutputValue("failed", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.StringExact("web-0004"), knownvalue.StringExact("web-0008"), knownvalue.StringExact("web-0012"),
			})),
			statecheck.ExpectKnownValue("data.coc_execution_instances.failed", attribute("total"), knownvalue.Int64Exact(250)),
		},
	})
}

func TestAccOrAnError(t *testing.T) {
	read := func(script func(*coctest.Emulator), arguments string, want ...string) resource.TestStep {
		e := coctest.New(testKeys, coctest.Rows(250)...)
		script(e)
		return resource.TestStep{
			Config:      serve(t, e) + "data \"coc_execution_instances\" \"test\" {\n" + arguments + "\n}",
			ExpectError: message(want...),
		}
	}
	acceptance(t,
		read(func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = 251 } }, "",
			"250 distinct rows from offset 0, but the service gave a total of 251; read 3 times", "No rows were kept"),
		read(func(e *coctest.Emulator) { e.Fault(coctest.Always, coctest.Hang) }, `timeouts = { read = "1s" }`,
			"the read did not end within 1s", "Give the read more time"),
		read(func(e *coctest.Emulator) {
			e.Fault(coctest.Always, coctest.Error(http.StatusForbidden, "APIGW.0302", "not allowed"))
		}, "", "403 Forbidden: APIGW.0302: not allowed (request id emulated-0001)", "coc:execution:listExecutionStepInstance"),
	)
}
