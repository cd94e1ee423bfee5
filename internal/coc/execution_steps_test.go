package coc

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The sample that the emulator has of a ticket's steps, value for value. A step without an ID has an empty text there,
// whether the service sends one or nothing.
func TestExecutionStepsSample(t *testing.T) {
	e := coctest.New(testKeys)
	steps := append(coctest.SampleSteps(), coctest.Step{Name: "reboot", Row: coctest.Row(`{}`)})
	e.AddExecution(coctest.Execution{ExecutionID: "EX1", Steps: steps})
	list, err := ExecutionSteps.Read(t.Context(), newClient(t, e), Params{Arguments: url.Values{"execution_id": {"EX1"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{
			"execution_step_id": "EXS202506231412xxxxxxx", "action": "hwc:runbook:scripts@1.0.0", "name": "run-script",
			"message": "2 of 2 instances failed", "status": "Failed", "start_time": int64(1750659139000), "end_time": int64(1750659210000),
			"inputs":     []any{pair("script_uuid", "SC20250601080000xxxxxxx"), pair("timeout", "300")},
			"outputs":    []any{pair("failed", "2")},
			"properties": map[string]any{"fixed_ip": "192.168.1.228"},
		},
		{
			"execution_step_id": "", "action": "hwc:runbook:sleep@1.0.0", "name": "wait-for-reboot", "message": nil, "status": nil,
			"start_time": nil, "end_time": nil, "inputs": []any{}, "outputs": []any{}, "properties": map[string]any{},
		},
		{
			"execution_step_id": "", "action": nil, "name": "reboot", "message": nil, "status": nil,
			"start_time": nil, "end_time": nil, "inputs": nil, "outputs": nil, "properties": nil,
		},
	}
	equal(t, "rows", want, decoded(t, list.Rows))
}

// Steps keep the properties that are asked for, and nothing else changes.
//
// Fault: dropped property.
func TestExecutionStepsPropertyPaths(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: "EX1", Steps: coctest.SampleSteps()})
	read := func(paths []string) []map[string]any {
		t.Helper()
		list, err := ExecutionSteps.Read(t.Context(), newClient(t, e),
			Params{Arguments: url.Values{"execution_id": {"EX1"}}, PropertyPaths: paths})
		if err != nil {
			t.Fatal(err)
		}
		return decoded(t, list.Rows)
	}
	want := read(nil)
	equal(t, "the only path", want, read([]string{"fixed_ip"}))
	want[0]["properties"] = map[string]any{}
	for _, paths := range [][]string{{}, {"fixed"}} {
		equal(t, fmt.Sprint(paths), want, read(paths))
	}
}
