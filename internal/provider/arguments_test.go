package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
		arguments map[string]any
		want      string
	}{
		"none":                   {"coc_executions", nil, "limit=100&offset=0"},
		"the least and the most": {dataSource, map[string]any{"limit": 1000, "offset": 1<<31 - 1, "max_items": 1}, "limit=1000&offset=2147483647"},
		"texts": {
			"coc_executions", map[string]any{"document_name": "patch kernel", "creator": "ops", "document_id": "DOC1"},
			"creator=ops&document_id=DOC1&document_name=patch+kernel&limit=100&offset=0",
		},
		"times and a flag": {
			"coc_executions", map[string]any{"start_time": 100000000000, "end_time": 1750659138000, "exclude_child_executions": false},
			"end_time=1750659138000&exclude_child_executions=false&limit=100&offset=0&start_time=100000000000",
		},
		"tags": {
			"coc_executions", map[string]any{"tags": texts(map[string]string{"b": "2", "a": "1", "c": ""})},
			"limit=100&offset=0&tags=a%3D1%2Cb%3D2%2Cc%3D",
		},
		"IDs, in one order": {
			"coc_execution_steps", map[string]any{"execution_id": "EX1", "execution_step_id_list": set("EXS3", "EXS1", "EXS2")},
			"execution_step_id_list=EXS1&execution_step_id_list=EXS2&execution_step_id_list=EXS3&limit=100&offset=0",
		},
		"the last or not, of some": {"coc_executions", map[string]any{"most_recent": false, "max_items": 1}, "limit=100&offset=0"},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			server, schemas := connected(t, e)
			_, diags := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments)
			if len(e.Requests()) == 0 {
				t.Fatalf("got no request, but %v", diags)
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
	server, schemas := connected(t, e)
	one := func(name string, value any) map[string]any { return map[string]any{name: value} }
	tag := func(key, value string) map[string]any { return one("tags", texts(map[string]string{key: value})) }
	ofTicket := func(name string, value any) map[string]any { return map[string]any{"execution_id": "EX1", name: value} }
	const milliseconds = "looks like seconds: multiply it by 1000, or let the function provider::coc::milliseconds make them"
	for name, tc := range map[string]struct {
		source    string
		arguments map[string]any
		attribute string
		want      string
	}{
		"an empty step": {
			dataSource, one("execution_step_id", ""), "execution_step_id",
			`execution_step_id must be an ID, got "": an empty one would ask for every instance of the account, for which the argument is left out; a step that has not begun has no ID yet`,
		},
		"a step of blanks":          {dataSource, one("execution_step_id", " \t"), "execution_step_id", `must be an ID, got " \t": an empty one would ask`},
		"a step with a line end":    {dataSource, one("execution_step_id", "EXS1\n"), "execution_step_id", `must be an ID, got "EXS1\n" with blanks or line ends around it, which trimspace() removes`},
		"a step with a blank in it": {dataSource, one("execution_step_id", "EXS1 EXS2"), "execution_step_id", `must be an ID, got "EXS1 EXS2" with blanks or line ends in it`},
		"a ticket for a step":       {dataSource, one("execution_step_id", "EX2025062314121901"), "execution_step_id", `execution_step_id is "EX2025062314121901", which looks like the ID of a ticket (EX…): coc_execution_steps lists its steps`},
		"an instance for a step":    {dataSource, one("execution_step_id", "EXI2025"), "execution_step_id", "looks like the ID of an instance"},
		"a script order for a step": {dataSource, one("execution_step_id", "SCT2025"), "execution_step_id", "looks like the ID of a script order"},
		"a limit of 0":              {dataSource, one("limit", 0), "limit", "between 1 and 1000"},
		"a limit of 1001":           {dataSource, one("limit", 1001), "limit", "between 1 and 1000"},
		"a negative offset":         {dataSource, one("offset", -1), "offset", "between 0 and"},
		"an offset too high":        {dataSource, one("offset", 1<<31), "offset", "between 0 and"},
		"no statuses":               {dataSource, one("statuses", set()), "statuses", "at least 1"},
		"a null status":             {dataSource, one("statuses", set(nil)), "statuses", "null"},
		"an empty status":           {dataSource, one("statuses", set("")), "statuses", `must be a status such as Failed, got "": leave statuses out to keep all rows`},
		"a status with a blank":     {dataSource, one("statuses", set("Failed ")), "statuses", `must be a status such as Failed, got "Failed " with blanks or line ends around it`},
		"no items":                  {dataSource, one("max_items", 0), "max_items", "at least 1"},
		"a timeout in words":        {dataSource, one("timeouts", timeout("soon")), "timeouts", `timeouts.read must be a duration above zero, such as 90s, 20m or 1h, got "soon".`},
		"a timeout with a blank":    {dataSource, one("timeouts", timeout("1m ")), "timeouts", `got "1m " with blanks or line ends around it.`},
		"a timeout without unit":    {dataSource, one("timeouts", timeout("90")), "timeouts", `got "90".`},
		"no time":                   {executionSource, ofTicket("timeouts", timeout("0s")), "timeouts", `must be a duration above zero, such as 90s, 20m or 1h, got "0s"`},
		"less than no time":         {dataSource, one("timeouts", timeout("-1m")), "timeouts", `must be a duration above zero, such as 90s, 20m or 1h, got "-1m"`},
		"an empty path":             {dataSource, one("property_paths", set("")), "property_paths", "at least 1"},
		"a null for a path":         {"coc_execution_steps", ofTicket("property_paths", set(nil)), "property_paths", "Null"},
		"an empty name":             {"coc_executions", one("document_name", ""), "document_name", `must be a text without blanks around it, got "": leave it out to ask for all`},
		"a name with a line end":    {"coc_executions", one("document_name", "patch\n"), "document_name", `got "patch\n" with blanks or line ends around it`},
		"an empty job":              {"coc_executions", one("document_id", ""), "document_id", "leave it out to read the tickets of all jobs"},
		"a time before 1970":        {"coc_executions", one("start_time", -1), "start_time", "at least 0"},
		"seconds":                   {"coc_executions", one("start_time", 1750659138), "start_time", "start_time must be in milliseconds since 1970-01-01 UTC, and 1750659138 " + milliseconds},
		"the last of the seconds":   {"coc_executions", one("end_time", 99999999999), "end_time", milliseconds},
		"no time at all":            {"coc_executions", one("end_time", 0), "end_time", milliseconds},
		"no tags":                   {"coc_executions", one("tags", texts(nil)), "tags", "at least 1"},
		"a comma in a key":          {"coc_executions", tag("a,b", "1"), "tags", `got "a,b" with the value "1"`},
		"an equals sign in a value": {"coc_executions", tag("a", "1=2"), "tags", `got "a" with the value "1=2"`},
		"an empty key":              {"coc_executions", tag("", "1"), "tags", "no empty key"},
		"the last of some":          {"coc_executions", map[string]any{"most_recent": true, "max_items": 1}, "most_recent", "most_recent keeps one row of all, so that max_items cannot be set with it"},
		"no ticket, for its steps":  {"coc_execution_steps", one("execution_id", ""), "execution_id", "coc_executions finds it by the job's name"},
		"no ticket":                 {executionSource, one("execution_id", ""), "execution_id", `execution_id must be an ID, got "": it names the ticket to read`},
		"a path":                    {executionSource, one("execution_id", "EX1/steps"), "execution_id", `execution_id must be an ID of letters, digits, _ and - only, got "EX1/steps"`},
		"a step up":                 {"coc_execution_steps", one("execution_id", ".."), "execution_id", `only, got ".."`},
		"an escape":                 {executionSource, one("execution_id", "EX%2F1"), "execution_id", `only, got "EX%2F1"`},
		"a query":                   {executionSource, one("execution_id", "EX1?a=b"), "execution_id", `only, got "EX1?a=b"`},
		"another alphabet":          {executionSource, one("execution_id", "ЕХ1"), "execution_id", `only, got "ЕХ1"`},
		"a step for a ticket":       {"coc_execution_steps", one("execution_id", "EXS1"), "execution_id", "looks like the ID of a step"},
		"no steps":                  {"coc_execution_steps", ofTicket("execution_step_id_list", set()), "execution_step_id_list", "at least 1"},
		"an empty step of some":     {"coc_execution_steps", ofTicket("execution_step_id_list", set("")), "execution_step_id_list", "leave the list out to read all steps"},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments)
			wantDiagnostic(t, got, tc.attribute, tc.want)
		})
	}
	if n := len(e.Requests()); n != 0 {
		t.Errorf("got %d requests for bad input, want 0", n)
	}
}

// What is not known yet is not checked yet.
func TestUnknownArguments(t *testing.T) {
	server, schemas := newServer(t)
	for source, arguments := range map[string]map[string]any{
		executionSource:  {"execution_id": unknown},
		dataSource:       {"execution_step_id": unknown, "limit": unknown, "statuses": unknown, "property_paths": unknown},
		"coc_executions": {"document_name": unknown, "start_time": unknown, "tags": unknown, "most_recent": true, "max_items": unknown},
	} {
		config := block(t, schemas.DataSourceSchemas[source], arguments)
		validated, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: source, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		wantDiagnostic(t, validated.Diagnostics, "", "")
	}
}
