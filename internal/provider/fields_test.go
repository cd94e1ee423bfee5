package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A name that is no field is an error that lists the fields, and so is an empty set. No request is sent.
func TestFieldsAreChecked(t *testing.T) {
	e := coctest.New(testKeys)
	server, schemas := connected(t, e)
	for name, tc := range map[string]struct {
		fields any
		want   string
	}{
		"no field": {set("status", "state"), `value must be one of: ["id" "execution_instance_id" "execution_step_id" ` +
			`"start_time" "end_time" "status" "message" "properties"], got: "state"`},
		"none": {set(), "at least 1 elements"},
		"null": {set(nil), "null"},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := read(t.Context(), t, server, schemas, map[string]any{"fields": tc.fields})
			wantDiagnostic(t, diags, "fields", tc.want)
		})
	}
	if n := len(e.Requests()); n != 0 {
		t.Errorf("got %d requests for bad input, want 0", n)
	}
}

// The state of a ticket holds the kept fields alone, and what the provider itself adds.
func TestFieldsOfATicket(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, DocumentName: "patch"})
	server, schemas := connected(t, e)
	arguments := map[string]any{"execution_id": executionID, "fields": set("document_name")}
	got, diags := readValues(t.Context(), t, server, schemas, executionSource, arguments)
	if len(diags) > 0 {
		t.Fatalf("got %s, want no diagnostic", diags[0].Detail)
	}
	wantState(t, map[string]any{
		"execution_id": executionID, "fields": []any{"document_name"}, "document_name": "patch", "finished": true,
	}, got)
	_, diags = readValues(t.Context(), t, server, schemas, executionSource, map[string]any{"execution_id": "EX1", "fields": set("name")})
	wantDiagnostic(t, diags, "fields", `got: "name"`)
}

// The state holds the kept fields alone. The ID of a step that is not kept is an empty text, which the instances refuse.
func TestFieldsInTheState(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Steps: coctest.Steps(1)})
	server, schemas := connected(t, e)
	arguments := map[string]any{"execution_id": executionID, "fields": set("name")}
	got, diags := readValues(t.Context(), t, server, schemas, "coc_execution_steps", arguments)
	if len(diags) > 0 {
		t.Fatalf("got %s, want no diagnostic", diags[0].Detail)
	}
	row := got["data"].([]any)[0].(map[string]any)
	for field, value := range row {
		want := map[string]any{"name": "step-0001", "execution_step_id": ""}[field]
		if value != want {
			t.Errorf("%s: got %v, want %v", field, value, want)
		}
	}
	_, diags = read(t.Context(), t, server, schemas, map[string]any{"execution_step_id": row["execution_step_id"]})
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Errorf("got %v for the instances of an empty step ID, want an error", diags)
	}
}
