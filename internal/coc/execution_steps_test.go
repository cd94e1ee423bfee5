package coc

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	pair := func(key, value string) any { return map[string]any{"key": key, "value": value} }
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
	if diff := cmp.Diff(want, decoded(t, list.Rows)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
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
	if diff := cmp.Diff(want, read([]string{"fixed_ip"})); diff != "" {
		t.Errorf("the only path: (-want +got)\n%s", diff)
	}
	want[0]["properties"] = map[string]any{}
	for _, paths := range [][]string{{}, {"fixed"}} {
		if diff := cmp.Diff(want, read(paths)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", paths, diff)
		}
	}
}

// The ticket is in the path, and the steps that are asked for are a repeated key.
func TestExecutionStepsByID(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: "EX1", Steps: []coctest.Step{
		{ExecutionStepID: "EXS1", Name: "a"}, {ExecutionStepID: "EXS2", Name: "b"}, {ExecutionStepID: "EXS3", Name: "c"},
	}})
	list, err := ExecutionSteps.Read(t.Context(), newClient(t, e),
		Params{Arguments: url.Values{"execution_id": {"EX1"}, "execution_step_id_list": {"EXS1", "EXS3"}}})
	if err != nil || len(list.Rows) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	if r := e.Requests()[0]; r.Path != "/v1/executions/EX1/steps" ||
		r.Query.Encode() != "execution_step_id_list=EXS1&execution_step_id_list=EXS3&limit=100&offset=0" {
		t.Errorf("asked for %s?%s", r.Path, r.Query.Encode())
	}
}
