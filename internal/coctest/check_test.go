package coctest

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestRequestsThatAreRefused(t *testing.T) {
	e := withChain(Execution{ExecutionID: "EX1"}, Execution{ExecutionID: "a/b"})
	e.BasePath = "/gate way"
	for _, tc := range []struct {
		target string
		status int
		want   string // in the body; empty for a 200
	}{
		{"/v1/executions/EX1", 200, ""},
		{"/v1/executions/a%2Fb", 200, ""},
		{"/v1/executions/a%2Fb/steps", 200, ""},
		{"/v1/executions/EX1/steps?execution_step_id_list=a&execution_step_id_list=b", 200, ""},
		{"/v1/executions?limit=1&offset=0&document_name=a&document_id=b&creator=c&start_time=1&end_time=2&tags=a%3Db&exclude_child_executions=true", 200, ""},

		{"/v1/executions/EX2", 400, "COC.00067003"},
		{"/v1/executions/EX2/steps", 400, "COC.00067003"},
		{"/v1/executions/EX1%2Fsteps", 400, "COC.00067003"},

		{"/v1/executions?page=1", 400, "parameter page is not known"},
		{"/v1/executions?execution_step_id=EXS1", 400, "parameter execution_step_id is not known"},
		{"/v1/executions?creator=", 400, "parameter creator is empty or repeated"},
		{"/v1/executions?creator=a&creator=b", 400, "parameter creator is empty or repeated"},
		{"/v1/executions?limit=0", 400, "parameter limit is no integer from 1 on"},
		{"/v1/executions?start_time=2025-06-23", 400, "parameter start_time is no integer from 0 on"},
		{"/v1/executions?end_time=-1", 400, "parameter end_time is no integer from 0 on"},
		{"/v1/executions?exclude_child_executions=1", 400, "parameter exclude_child_executions is neither true nor false"},
		{"/v1/executions?tags=a", 400, "parameter tags is not of the form"},
		{"/v1/executions?tags=a%3D1%2C", 400, "parameter tags is not of the form"},
		{"/v1/executions/EX1?limit=1", 400, "parameter limit is not known"},
		{"/v1/executions/EX1/steps?document_name=a", 400, "parameter document_name is not known"},
		{"/v1/executions/EX1/steps?execution_step_id_list=", 400, "parameter execution_step_id_list is empty or repeated"},
		{"/v1/executions/EX1/steps?execution_step_id_list=a&execution_step_id_list=", 400, "parameter execution_step_id_list is empty or repeated"},
		{"/v1/executions/EX1/steps?offset=x", 400, "parameter offset is no integer from 0 on"},
		{"/v1/executions/instances?document_name=a", 400, "parameter document_name is not known"},

		{"/v1/executions/", 404, "APIGW.0101"},
		{"/v1/executions/EX1/", 404, "APIGW.0101"},
		{"/v1/executions//steps", 404, "APIGW.0101"},
		{"/v1/executions/EX1/hosts", 404, "APIGW.0101"},
		{"/v2/executions", 404, "APIGW.0101"},
	} {
		w := get(e, "/gate%20way"+tc.target)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: status %d, %s\nwant %d with %q", tc.target, w.Code, w.Body, tc.status, tc.want)
		}
		requests := e.Requests()
		if refused := requests[len(requests)-1].Refused; (refused != "") != (tc.status != 200) {
			t.Errorf("%s: the log says %q", tc.target, refused)
		}
	}
	if w := get(e, "/v1/executions"); w.Code != http.StatusNotFound {
		t.Errorf("a path that is not below BasePath: status %d", w.Code)
	}
}

func TestLogHasThePathAndTheQuery(t *testing.T) {
	e := withChain(Execution{ExecutionID: "EX1"})
	e.BasePath = "/base"
	for _, target := range []string{
		"/base/v1/executions?tags=a%3D1", "/base/v1/executions/EX1", "/base/v1/executions/EX1",
		"/base/v1/executions/EX1/steps?offset=3", "/base/v1/executions/EX1/steps?offset=4", "/base/v1/executions/EX1/steps?offset=3&limit=7",
		"/base/v1/executions/instances?execution_step_id=EXS1",
	} {
		get(e, target)
	}
	type entry struct {
		path, query, step string
		number, try       int
		limit, offset     int
	}
	var got []entry
	for _, r := range e.Requests() {
		got = append(got, entry{r.Path, r.Query.Encode(), r.StepID, r.Number, r.Try, r.Limit, r.Offset})
	}
	want := []entry{
		{path: ExecutionsPath, query: "tags=a%3D1", number: 1, try: 1, limit: 10},
		{path: ExecutionPath("EX1"), number: 2, try: 1, limit: 10},
		{path: ExecutionPath("EX1"), number: 3, try: 2, limit: 10},
		{path: StepsPath("EX1"), query: "offset=3", number: 4, try: 1, limit: 10, offset: 3},
		{path: StepsPath("EX1"), query: "offset=4", number: 5, try: 1, limit: 10, offset: 4},
		{path: StepsPath("EX1"), query: "limit=7&offset=3", number: 6, try: 2, limit: 7, offset: 3},
		{path: Path, query: "execution_step_id=EXS1", step: "EXS1", number: 7, try: 1, limit: 10},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestFaultOnOnePath(t *testing.T) {
	e := withChain(Execution{ExecutionID: "EX1"})
	e.Fault(OnPath(ExecutionPath("EX1"), FirstTries(0, 2)), Error(http.StatusServiceUnavailable, "COC.00040701", "busy"))
	for i, tc := range []struct {
		target string
		status int
	}{
		{ExecutionsPath, 200}, {ExecutionPath("EX1"), 503}, {StepsPath("EX1"), 200}, {ExecutionPath("EX1"), 503}, {ExecutionPath("EX1"), 200},
	} {
		if w := get(e, tc.target); w.Code != tc.status {
			t.Errorf("request %d, %s: status %d, want %d", i, tc.target, w.Code, tc.status)
		}
	}
}

func TestChainNeedsCredentials(t *testing.T) {
	e := withChain(Execution{ExecutionID: "EX1"})
	e.accepted.Token = "another"
	for _, target := range []string{ExecutionsPath, ExecutionPath("EX1"), ExecutionPath("EX2"), StepsPath("EX1"), Path} {
		if w := get(e, target); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
}
