package coc

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
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
	equal(t, "row", []map[string]any{sampleTicket}, decoded(t, [][]byte{got.Encoded}))
	got.Encoded = nil
	equal(t, "ticket", &Execution{Status: "Failed", Finished: true}, got)
	if r := e.Requests(); len(r) != 1 || r[0].Path != "/v1/executions/EX202506231412xxxxxxx" || len(r[0].Query) != 0 {
		t.Errorf("got the requests %+v, want one for the ticket, without a query", r)
	}
}

// sampleTicket is what the vendor's example of a ticket becomes.
var sampleTicket = map[string]any{
	"id": "1904", "execution_id": "EX202506231412xxxxxxx", "document_name": "patch-kernel", "document_id": "DOC20250601080000xxxxxxx",
	"document_version_id": "DOCV20250601080000xxxxxxx", "document_version": "v3", "description": "Security patches of June",
	"creator": "ops-automation", "target_parameter_name": "target_instances",
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

func pair(key, value string) map[string]any { return map[string]any{"key": key, "value": value} }

// Whether a ticket has ended depends on its status, and on end_time only where the status is not documented.
func TestExecutionFinished(t *testing.T) {
	for ticket, finished := range map[string]bool{
		`{"status":"Pending"}`:                            false,
		`{"status":"Pending","end_time":1}`:               false,
		`{"status":"Running"}`:                            false,
		`{"status":"running","end_time":1}`:               false, // retried: the end of its first run
		`{"status":"CANCELING","end_time":1}`:             false,
		`{"status":"Succeed"}`:                            true,
		`{"status":"SUCCEED"}`:                            true,
		`{"status":"Failed"}`:                             true,
		`{"status":"canceled"}`:                           true,
		`{"status":"Timeout"}`:                            true,
		`{"status":"Skipped"}`:                            false,
		`{"status":"Skipped","end_time":null}`:            false,
		`{"status":"Skipped","end_time":0}`:               false,
		`{"status":"Skipped","end_time":-1}`:              false,
		`{"status":"Skipped","end_time":""}`:              false,
		`{"status":"Skipped","end_time":"1750659211000"}`: true,
		`{"status":null,"end_time":1750659211000}`:        true,
		`{"status":"","end_time":1750659211000}`:          true,
		`{"status":null}`:                                 false,
		`{}`:                                              false,
	} {
		got, err := readAnswer(t, coctest.JSON(`{"data":`+ticket+`}`))
		if err != nil || got.Finished != finished {
			t.Errorf("%s: got %+v, %v; want finished: %t", ticket, got, err, finished)
		}
	}
}

// readAnswer reads a ticket from a service that gives an answer.
func readAnswer(t *testing.T, answer coctest.Fault) (*Execution, error) {
	t.Helper()
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, answer)
	return ReadExecution(t.Context(), newClient(t, e), executionID)
}

// What is no ticket, or another one, is an error at once: never a ticket that has ended.
//
// Fault: another ticket.
func TestExecutionOrAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		answer coctest.Fault // nil for the emulator's own
		id     string        // executionID if empty
		want   string
	}{
		"no such ticket": {id: "EX1",
			want: "reading execution EX1 from https://coc.example.com: 400 Bad Request: COC.00067003: the ticket does not exist"},
		"no such ticket, by a 404": {answer: coctest.Error(404, "X.404", "not found"), want: "404 Not Found: X.404: not found"},
		"no such ticket, in a 200": {answer: coctest.JSON(`{"error_code":"COC.00067003","error_msg":"gone","data":{"status":"Succeed"}}`),
			want: "COC.00067003: gone"},
		"forbidden": {answer: coctest.Error(403, "X.403", "no"), want: "403 Forbidden"},
		"null": {answer: coctest.JSON(`{"error_code":null,"data":null}`),
			want: "not JSON of the documented form: data: want an object, got nothing or null"},
		"nothing": {answer: coctest.JSON(`{}`),
			want: "not JSON of the documented form: data: want an object, got nothing or null"},
		"null with a success": {answer: coctest.JSON(`{"error_code":"COC.00000000","error_msg":"ok","data":null}`),
			want: "data: want an object, got nothing or null"},
		"a message alone": {answer: coctest.JSON(`{"error_msg":"not now","data":null}`), want: "200 OK: not now"},
		"a list": {answer: coctest.JSON(`{"data":[{"status":"Succeed"}]}`),
			want: "data: want an object, got an array"},
		"no JSON": {answer: coctest.Answer(200, "text/html", "<html>"),
			want: `content type "text/html", a body that begins with "<html>"`},
		"another ticket": {
			answer: coctest.JSON(`{"data":{"execution_id":"EX2","status":"Succeed","end_time":1}}`),
			want:   "asked for execution " + executionID + `, but the service answered with "EX2" (request id emulated-0001)`,
		},
		"a ticket whose ID is empty": {
			answer: coctest.JSON(`{"data":{"execution_id":"","status":"Succeed"}}`), want: `the service answered with ""`,
		},
		"another ticket, by the secret": {
			answer: coctest.JSON(`{"data":{"execution_id":"` + testKeys.SecretKey + ` in full","status":"Succeed"}}`),
			want:   `the service answered with "***`,
		},
		"a ticket whose ID differs by case": {
			answer: coctest.JSON(`{"data":{"execution_id":"` + strings.ToLower(executionID) + `","status":"Succeed"}}`),
			want:   "the service answered with",
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
					if got != nil || err == nil || !strings.Contains(err.Error(), tc.want) {
						t.Errorf("got %+v, %v; want an error with %q", got, err, tc.want)
					}
					equal(t, "requests", map[bool]int{false: 1, true: 2}[wait], len(e.Requests()))
				})
			})
		}
	}
}

// An answer without the ticket's ID is taken for the one that was asked for, and a message next to it is passed on.
func TestExecutionWithoutAnID(t *testing.T) {
	for body, message := range map[string]string{
		`{"data":{"status":"Succeed"}}`:                                                        "",
		`{"error_msg":"partly","data":{"execution_id":null,"status":"Succeed"}}`:               "partly",
		`{"error_code":"","error_msg":"partly","data":{"status":"Succeed"}}`:                   "partly",
		`{"error_code":"COC.00000000","error_msg":"ok","data":{"status":"Succeed"}}`:           "",
		`{"error_code":"0","error_msg":"ok","data":{"execution_id":null,"status":"Succeed"} }`: "",
	} {
		got, err := readAnswer(t, coctest.JSON(body))
		if err != nil || !got.Finished || got.ErrorMsg != message {
			t.Errorf("%s: got %+v, %v; want a finished ticket with the message %q", body, got, err, message)
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
		t.Errorf("got a request for %s, want one segment after /v1/executions/", path)
	}
}
