package coc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const executionID = "EX2025062314121800000001"

// A ticket of the documented form, value for value, from one request.
func TestExecution(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.SampleExecutions()...)
	got, err := ReadExecution(t.Context(), newClient(t, e), coctest.SampleExecutionID)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(key, value string) map[string]any { return map[string]any{"key": key, "value": value} }
	want := map[string]any{
		"id": "1904", "execution_id": "EX202506231412xxxxxxx",
		"document_name": "patch-kernel", "document_id": "DOC20250601080000xxxxxxx",
		"document_version_id": "DOCV20250601080000xxxxxxx", "document_version": "v3",
		"description": "Security patches of June", "creator": "ops-automation", "target_parameter_name": "target_instances",
		"start_time": int64(1750659138000), "end_time": int64(1750659211000), "update_time": int64(1750659211500),
		"status": "Failed", "type": "BATCH",
		"parameters": []any{pair("timeout", "300"), pair("reboot", "false")},
		"tags":       []any{pair("team", "platform"), pair("stage", "prod")},
		"sys_tags":   []any{pair("_sys_enterprise_project_id", "b022c6d1-4af5-46dd-8exxxxxxx")},
		"targets": []any{map[string]any{"key": "InstanceValues", "values": []any{
			`{"resource_id":"a4594206-05ee-41fd-84xxxxxxx","region_id":"cn-north-7","provider":"ecs","type":"cloudservers"}`,
			`{"resource_id":"adfbb61d-bdcd-46bb-9b32-edxxxxxxx","region_id":"cn-north-x","provider":"ecs","type":"cloudservers"}`,
		}}},
	}
	if diff := cmp.Diff(want, decoded(t, [][]byte{got.Encoded})[0]); diff != "" || got.Status != "Failed" || !got.Finished ||
		got.ErrorMsg != "" {
		t.Errorf("%+v (-want +got)\n%s", got, diff)
	}
	requests := e.Requests()
	if len(requests) != 1 || requests[0].Path != "/v1/executions/EX202506231412xxxxxxx" || len(requests[0].Query) != 0 {
		t.Errorf("%+v", requests)
	}
}

// Whether a ticket has ended depends on its status, and on end_time only where the status is not documented.
func TestExecutionFinished(t *testing.T) {
	for _, tc := range []struct {
		ticket   string
		finished bool
	}{
		{ticket: `{"status":"Pending"}`, finished: false},
		{ticket: `{"status":"Pending","end_time":1}`, finished: false},
		{ticket: `{"status":"Running"}`, finished: false},
		{ticket: `{"status":"running","end_time":1}`, finished: false}, // retried: the end of its first run
		{ticket: `{"status":"CANCELING","end_time":1}`, finished: false},
		{ticket: `{"status":"Succeed"}`, finished: true},
		{ticket: `{"status":"SUCCEED"}`, finished: true},
		{ticket: `{"status":"Failed"}`, finished: true},
		{ticket: `{"status":"canceled"}`, finished: true},
		{ticket: `{"status":"Timeout"}`, finished: true},
		{ticket: `{"status":"Skipped"}`, finished: false},
		{ticket: `{"status":"Skipped","end_time":null}`, finished: false},
		{ticket: `{"status":"Skipped","end_time":0}`, finished: false},
		{ticket: `{"status":"Skipped","end_time":-1}`, finished: false},
		{ticket: `{"status":"Skipped","end_time":""}`, finished: false},
		{ticket: `{"status":"Skipped","end_time":"1750659211000"}`, finished: true},
		{ticket: `{"status":null,"end_time":1750659211000}`, finished: true},
		{ticket: `{"status":"","end_time":1750659211000}`, finished: true},
		{ticket: `{"status":null}`, finished: false},
		{ticket: `{}`, finished: false},
	} {
		e := coctest.New(testKeys)
		e.AddExecution(coctest.Execution{ExecutionID: executionID})
		e.Fault(coctest.Always, coctest.JSON(`{"data":`+tc.ticket+`}`))
		got, err := ReadExecution(t.Context(), newClient(t, e), executionID)
		if err != nil || got.Finished != tc.finished {
			t.Errorf("%s: %+v, %v", tc.ticket, got, err)
		}
	}
}

// What is no ticket, or another one, is an error at once: never a ticket that has ended.
//
// Fault: another ticket.
func TestExecutionOrAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		answer coctest.Fault // nil for the emulator's own
		id     string        // executionID if empty
		want   []string
	}{
		"no such ticket": {id: "EX1", want: []string{"reading execution EX1 from ",
			"400 Bad Request: COC.00067003: the ticket does not exist"}},
		"no such ticket, by a 404": {answer: coctest.Error(404, "X.404", "not found"), want: []string{"404 Not Found: X.404: not found"}},
		"no such ticket, in a 200": {answer: coctest.JSON(`{"error_code":"COC.00067003","error_msg":"gone","data":{"status":"Succeed"}}`),
			want: []string{"COC.00067003: gone"}},
		"forbidden": {answer: coctest.Error(403, "X.403", "no"), want: []string{"403 Forbidden"}},
		"null": {answer: coctest.JSON(`{"error_code":null,"data":null}`),
			want: []string{"not JSON of the documented form: data: want an object, got nothing or null"}},
		"nothing": {answer: coctest.JSON(`{}`),
			want: []string{"not JSON of the documented form: data: want an object, got nothing or null"}},
		"null beside a success": {answer: coctest.JSON(`{"error_code":"COC.00000000","error_msg":"ok","data":null}`),
			want: []string{"data: want an object, got nothing or null"}},
		"a message alone": {answer: coctest.JSON(`{"error_msg":"not now","data":null}`), want: []string{"200 OK: not now"}},
		"a list": {answer: coctest.JSON(`{"data":[{"status":"Succeed"}]}`),
			want: []string{"data: want an object, got an array"}},
		"no JSON": {answer: coctest.Answer(200, "text/html", "<html>"),
			want: []string{`content type "text/html", a body that begins with "<html>"`}},
		"another ticket": {
			answer: coctest.JSON(`{"data":{"execution_id":"EX2","status":"Succeed","end_time":1}}`),
			want:   []string{"asked for execution " + executionID + `, the service answered with "EX2" (request id emulated-0001)`},
		},
		"a ticket whose ID is empty": {
			answer: coctest.JSON(`{"data":{"execution_id":"","status":"Succeed"}}`), want: []string{`the service answered with ""`},
		},
		"another ticket, by the secret": {
			answer: coctest.JSON(`{"data":{"execution_id":"` + testKeys.SecretKey + ` in full","status":"Succeed"}}`),
			want:   []string{`the service answered with "***`},
		},
		"a ticket whose ID differs by case": {
			answer: coctest.JSON(`{"data":{"execution_id":"` + strings.ToLower(executionID) + `","status":"Succeed"}}`),
			want:   []string{"the service answered with"},
		},
	} {
		for _, wait := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/wait %t", name, wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := coctest.New(testKeys)
					e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Succeed"}}})
					if tc.answer != nil {
						e.Fault(coctest.Always, func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
							w.Header().Set("X-Request-Id", "emulated-0001")
							tc.answer(w, r, answer)
						})
					}
					id := executionID
					if tc.id != "" {
						id = tc.id
					}
					client := newClient(t, e)
					got, err := ReadExecution(t.Context(), client, id)
					if wait {
						got, err = WaitForExecution(t.Context(), client, id, ignore)
					}
					if got != nil || err == nil {
						t.Fatalf("%+v, %v", got, err)
					}
					for _, part := range tc.want {
						if !strings.Contains(err.Error(), part) {
							t.Errorf("want %q in %v", part, err)
						}
					}
					if requests, want := len(e.Requests()), map[bool]int{false: 1, true: 2}[wait]; requests != want {
						t.Errorf("%d requests", requests)
					}
				})
			})
		}
	}
	var failed *rest.Error
	_, err := ReadExecution(t.Context(), newClient(t, coctest.New(testKeys)), "EX1")
	if !errors.As(err, &failed) || failed.Code != "COC.00067003" {
		t.Errorf("%v", err)
	}
}

// An answer without the ticket's ID is taken for the one that was asked for, and a message beside it is passed on.
func TestExecutionWithoutAnID(t *testing.T) {
	for body, message := range map[string]string{
		`{"data":{"status":"Succeed"}}`:                                                        "",
		`{"error_msg":"partly","data":{"execution_id":null,"status":"Succeed"}}`:               "partly",
		`{"error_code":"","error_msg":"partly","data":{"status":"Succeed"}}`:                   "partly",
		`{"error_code":"COC.00000000","error_msg":"ok","data":{"status":"Succeed"}}`:           "",
		`{"error_code":"0","error_msg":"ok","data":{"execution_id":null,"status":"Succeed"} }`: "",
	} {
		e := coctest.New(testKeys)
		e.AddExecution(coctest.Execution{ExecutionID: executionID})
		e.Fault(coctest.Always, coctest.JSON(body))
		got, err := ReadExecution(t.Context(), newClient(t, e), executionID)
		if err != nil || !got.Finished || got.ErrorMsg != message {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

// The ID is one segment of the path, whatever is in it.
func TestExecutionPath(t *testing.T) {
	var path string
	client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		_, _ = w.Write([]byte(`{"data":{}}`))
	}))
	if _, err := ReadExecution(t.Context(), client, "../a b?c"); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, "/v1/executions/") || strings.Count(path, "/") != 3 {
		t.Errorf("asked for %s", path)
	}
}
