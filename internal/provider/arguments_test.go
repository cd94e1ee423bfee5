package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

func texts(pairs map[string]string) map[string]tftypes.Value {
	values := map[string]tftypes.Value{}
	for key, value := range pairs {
		values[key] = tftypes.NewValue(tftypes.String, value)
	}
	return values
}

// Each argument of each kind reaches the service as the API has it.
func TestArgumentsAreSent(t *testing.T) {
	for name, tc := range map[string]struct {
		source    string
		arguments map[string]any
		want      string
	}{
		"none": {"coc_executions", nil, "limit=100&offset=0"},
		"texts": {
			"coc_executions", map[string]any{"document_name": "patch kernel", "creator": "ops", "document_id": "DOC1"},
			"creator=ops&document_id=DOC1&document_name=patch+kernel&limit=100&offset=0",
		},
		"times and a flag": {
			"coc_executions", map[string]any{"start_time": 1750659138000, "end_time": 0, "exclude_child_executions": false},
			"end_time=0&exclude_child_executions=false&limit=100&offset=0&start_time=1750659138000",
		},
		"tags": {
			"coc_executions", map[string]any{"tags": texts(map[string]string{"b": "2", "a": "1", "c": ""})},
			"limit=100&offset=0&tags=a%3D1%2Cb%3D2%2Cc%3D",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, map[string]any{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}); len(got) > 0 {
				t.Fatal(got[0].Detail)
			}
			if _, got := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments); len(got) > 0 {
				t.Fatal(got[0].Detail)
			}
			if diff := cmp.Diff(tc.want, e.Requests()[0].Query.Encode()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Bad input gets one diagnostic on the attribute, before any request.
func TestArgumentsAreChecked(t *testing.T) {
	e := coctest.New(testKeys)
	server, schemas := newServer(t)
	if got := configure(t, server, schemas, map[string]any{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	for name, tc := range map[string]struct {
		source    string
		arguments map[string]any
		attribute string
		want      string
	}{
		"an empty name":             {"coc_executions", map[string]any{"document_name": ""}, "document_name", `must be a text without blanks around it, got ""`},
		"a name with a line end":    {"coc_executions", map[string]any{"document_name": "patch\n"}, "document_name", `got "patch\n"`},
		"an empty job":              {"coc_executions", map[string]any{"document_id": ""}, "document_id", "leave it out to read the tickets of all jobs"},
		"a time before 1970":        {"coc_executions", map[string]any{"start_time": -1}, "start_time", "at least 0"},
		"no tags":                   {"coc_executions", map[string]any{"tags": texts(nil)}, "tags", "at least 1"},
		"a comma in a key":          {"coc_executions", map[string]any{"tags": texts(map[string]string{"a,b": "1"})}, "tags", `got "a,b" with the value "1"`},
		"an equals sign in a value": {"coc_executions", map[string]any{"tags": texts(map[string]string{"a": "1=2"})}, "tags", `got "a" with the value "1=2"`},
		"an empty key":              {"coc_executions", map[string]any{"tags": texts(map[string]string{"": "1"})}, "tags", "no empty key"},
		"the last of some":          {"coc_executions", map[string]any{"most_recent": true, "max_items": 1}, "most_recent", "max_items"},
		"no ticket":                 {"coc_execution_steps", map[string]any{"execution_id": ""}, "execution_id", "coc_executions finds it by the job's name"},
		"a path for a ticket":       {"coc_execution_steps", map[string]any{"execution_id": "EX1/steps"}, "execution_id", `must be an ID of letters, digits, _ and - only, got "EX1/steps"`},
		"a dot for a ticket":        {"coc_execution_steps", map[string]any{"execution_id": ".."}, "execution_id", "of letters, digits, _ and - only"},
		"a step for a ticket":       {"coc_execution_steps", map[string]any{"execution_id": "EXS1"}, "execution_id", "looks like the ID of a step"},
		"an empty path":             {dataSource, map[string]any{"property_paths": set("")}, "property_paths", "at least 1"},
		"a null for a path":         {"coc_execution_steps", map[string]any{"execution_id": "EX1", "property_paths": set(nil)}, "property_paths", "Null"},
		"no steps":                  {"coc_execution_steps", map[string]any{"execution_id": "EX1", "execution_step_id_list": set()}, "execution_step_id_list", "at least 1"},
		"an empty step of some":     {"coc_execution_steps", map[string]any{"execution_id": "EX1", "execution_step_id_list": set("")}, "execution_step_id_list", "leave the list out to read all steps"},
		"a ticket for a step":       {dataSource, map[string]any{"execution_step_id": "EX2025062314121901"}, "execution_step_id", `got "EX2025062314121901", which looks like the ID of a ticket (EX…): coc_execution_steps lists its steps`},
		"an instance for a step":    {dataSource, map[string]any{"execution_step_id": "EXI2025"}, "execution_step_id", "looks like the ID of an instance"},
		"a script order for a step": {dataSource, map[string]any{"execution_step_id": "SCT2025"}, "execution_step_id", "looks like the ID of a script order"},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments)
			wantDiagnostic(t, got, tc.attribute, tc.want)
		})
	}
	if n := len(e.Requests()); n != 0 {
		t.Errorf("%d requests were sent for bad input", n)
	}
}
