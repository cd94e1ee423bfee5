package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
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
		arguments args
		want      string
	}{
		"none":     {"coc_executions", nil, "limit=100&offset=0"},
		"the most": {dataSource, args{"limit": 1000, "offset": 1<<31 - 1}, "limit=1000&offset=2147483647"},
		"texts": {
			"coc_executions", args{"document_name": "patch kernel", "creator": "ops", "document_id": "DOC1"},
			"creator=ops&document_id=DOC1&document_name=patch+kernel&limit=100&offset=0",
		},
		"times and a flag": {
			"coc_executions", args{"start_time": 100000000000, "end_time": 1750659138000, "exclude_child_executions": false},
			"end_time=1750659138000&exclude_child_executions=false&limit=100&offset=0&start_time=100000000000",
		},
		"tags": {
			"coc_executions", args{"tags": texts(vars{"b": "2", "a": "1", "c": ""})},
			"limit=100&offset=0&tags=a%3D1%2Cb%3D2%2Cc%3D",
		},
		"IDs, in one order": {
			"coc_execution_steps", args{"execution_id": "EX1", "execution_step_id_list": set("EXS3", "EXS1", "EXS2")},
			"execution_step_id_list=EXS1&execution_step_id_list=EXS2&execution_step_id_list=EXS3&limit=100&offset=0",
		},
		"script orders": {
			"coc_script_orders", args{"order_name": "a b", "creator": "ops", "start_time": 100000000000, "limit": 99},
			"creator=ops&limit=99&name_like=a+b&start_time=100000000000",
		},
		"the last or not, of some": {"coc_executions", args{"most_recent": false, "max_items": 1}, "limit=100&offset=0"},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			server, schemas := connected(t, e)
			_, diags := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments)
			if len(e.Requests()) == 0 {
				t.Fatalf("got no request, but %v", diags)
			}
			wantEqual(t, "query", e.Requests()[0].Query.Encode(), tc.want)
		})
	}
}

// Bad input gets one diagnostic on the attribute, before any request.
func TestArgumentsAreChecked(t *testing.T) {
	const executions, steps, instances = "coc_executions", "coc_execution_steps", "coc_script_order_instances"
	const milliseconds = "looks like seconds: multiply it by 1000, or convert a time in RFC 3339 with provider::coc::milliseconds"
	const duration = "timeouts.read must be a duration above zero, such as 90s, 20m or 1h, got "
	e := coctest.New(testKeys)
	server, schemas := connected(t, e)
	for _, tc := range []struct {
		source, attribute string
		value             any
		want              string
	}{
		{dataSource, "execution_step_id", "", `execution_step_id must be an ID, got "": an empty one would ask for every instance of the ` +
			`account: to get those, leave the argument out; a step that has not begun has no ID yet`},
		{dataSource, "execution_step_id", "EXS1\n", `got "EXS1\n" with blanks or line ends around it, which trimspace() removes`},
		{dataSource, "execution_step_id", "EXS1 EXS2", `got "EXS1 EXS2" with blanks or line ends in it`},
		{dataSource, "execution_step_id", "EX20", `execution_step_id is "EX20", which looks like the ID of a ticket (EX…): coc_`},
		{dataSource, "limit", 0, "between 1 and 1000"},
		{dataSource, "limit", 1001, "between 1 and 1000"},
		{dataSource, "offset", -1, "between 0 and"},
		{dataSource, "offset", 1 << 31, "between 0 and"},
		{dataSource, "statuses", set(), "at least 1"},
		{dataSource, "statuses", set(nil), "null"},
		{dataSource, "statuses", set(""), `must be a status such as Failed, got "": leave statuses out to keep all rows`},
		{dataSource, "max_items", 0, "at least 1"},
		{dataSource, "timeouts", timeout("soon"), duration + `"soon".`},
		{executionSource, "timeouts", timeout("0s"), duration + `"0s".`},
		{dataSource, "property_paths", set(""), "at least 1"},
		{steps, "property_paths", set(nil), "Null"},
		{executions, "document_name", "", `must be a name without blanks around it, got "": leave it out to ask for all`},
		{executions, "document_name", "patch\n", `got "patch\n" with blanks or line ends around it`},
		{executions, "document_id", "", "leave it out to read the tickets of all jobs"},
		{executions, "start_time", -1, "at least 0"},
		{executions, "start_time", 1750659138, "start_time must be in milliseconds since 1970-01-01 UTC, and 1750659138 " + milliseconds},
		{executions, "end_time", 99999999999, milliseconds},
		{executions, "tags", texts(nil), "at least 1"},
		{executions, "tags", texts(vars{"a,b": "1"}), `got the key "a,b" with the value "1"`},
		{executions, "tags", texts(vars{"a": "1=2"}), `got the key "a" with the value "1=2"`},
		{executions, "tags", texts(vars{"": "1"}), "no empty key"},
		{executions, "most_recent", true, "most_recent keeps one row, so you cannot set max_items with it"},
		{steps, "execution_id", "", "coc_executions finds it by the job's name"},
		{executionSource, "execution_id", "", `execution_id must be an ID, got "": it names the ticket to read`},
		{executionSource, "execution_id", "EX1/steps", `execution_id must be an ID of letters, digits, _ and - only, got "EX1/steps"`},
		{steps, "execution_id", "..", `only, got ".."`},
		{executionSource, "execution_id", "ЕХ1", `only, got "ЕХ1"`},
		{steps, "execution_id", "EXS1", "looks like the ID of a step"},
		{"coc_script_orders", "limit", 101, "between 1 and 100"},
		{instances, "limit", 51, "between 1 and 50"},
		{instances, "execute_uuid", "74", `execute_uuid is "74", which looks like the order_id of a script order`},
		{instances, "execute_uuid", "EX2025", "looks like the ID of a ticket"},
		{instances, "execute_uuid", "", "coc_script_orders finds it by the order's name"},
		{"coc_script_orders", "start_time", 1750659138, milliseconds},
		{steps, "execution_step_id_list", set(), "at least 1"},
		{steps, "execution_step_id_list", set(""), "leave the list out to read all steps"},
	} {
		t.Run(fmt.Sprintf("%s %s %v", tc.source, tc.attribute, tc.value), func(t *testing.T) {
			arguments := args{}
			switch tc.source {
			case executions:
				arguments["max_items"] = 1
			case instances:
				arguments["execute_uuid"] = "SCT1"
			case steps, executionSource:
				arguments["execution_id"] = "EX1"
			}
			arguments[tc.attribute] = tc.value
			_, got := readOf(t.Context(), t, server, schemas, tc.source, arguments)
			wantDiagnostic(t, got, tc.attribute, tc.want)
		})
	}
	wantEqual(t, "requests for bad input", len(e.Requests()), 0)
}

// What is not known yet is not checked yet.
func TestUnknownArguments(t *testing.T) {
	server, schemas := newServer(t)
	for source, arguments := range map[string]args{
		executionSource:  {"execution_id": unknown},
		dataSource:       {"execution_step_id": unknown, "limit": unknown, "statuses": unknown, "property_paths": unknown},
		"coc_executions": {"document_name": unknown, "start_time": unknown, "tags": unknown, "most_recent": true, "max_items": unknown},
	} {
		config := block(t, schemas.DataSourceSchemas[source], arguments)
		req := &tfprotov6.ValidateDataResourceConfigRequest{TypeName: source, Config: config}
		validated, err := server.ValidateDataResourceConfig(t.Context(), req)
		noError(t, err)
		wantDiagnostic(t, validated.Diagnostics, "", "")
	}
}
