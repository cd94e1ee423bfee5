package coc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// decoded reads rows with another library than the one that wrote them.
func decoded(t *testing.T, rows [][]byte) []map[string]any {
	t.Helper()
	all := make([]map[string]any, len(rows))
	for i, row := range rows {
		if err := msgpack.Unmarshal(row, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// The vendor's example response, value for value.
func TestSample(t *testing.T) {
	list, err := ExecutionInstances.Read(t.Context(), newClient(t, coctest.New(testKeys, coctest.Sample()...)),
		Params{Arguments: url.Values{"execution_step_id": {coctest.SampleStepID}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"id": int16(4482), "execution_instance_id": "EXI202506231412xxxxxxx", "execution_step_id": "EXS202506231412xxxxxxx",
		"status": "Failed", "start_time": int64(1750659139000), "end_time": int64(1750659210000), "message": nil,
		"properties": map[string]any{
			"provider": "ecs", "type": "cloudservers", "properties.host_name": "coc-platform-gamxxxxxxx",
			"properties.fixed_ip": nil, "properties.floating_ip": nil, "resource_id": "a4594206-05ee-41fd-84xxxxxxx", "agent_sn": nil,
			"enterprise_project_id": "9d414beb-88b7-4ea8-9e61-1xxxxxxx", "project_id": "10a6c23c2a1044779794798xxxxxxx", "region_id": "cn-north-7",
		},
	}, {
		"id": int16(4483), "execution_instance_id": "EXI20250623141219xxxxxxx", "execution_step_id": "EXS202506231412xxxxxxx",
		"status": "Failed", "start_time": int64(1750659139000), "end_time": int64(1750659210000), "message": nil,
		"properties": map[string]any{
			"provider": "ecs", "type": "cloudservers", "properties.host_name": "coc-cube-cn-north-7-gamxxxxxxx",
			"properties.fixed_ip": "10.2.51.200", "properties.floating_ip": nil, "resource_id": "adfbb61d-bdcd-46bb-9b32-edxxxxxxx",
			"agent_sn": "2bc74fbce77d4528b59810xxxxxxx", "enterprise_project_id": "b022c6d1-4af5-46dd-8exxxxxxx",
			"project_id": "10a6c23c2a10447797947xxxxxxx", "region_id": "cn-north-x",
		},
	}}
	if diff := cmp.Diff(want, decoded(t, list.Rows)); diff != "" || *list.Total != 2 || list.ErrorCode != nil || list.ErrorMsg != nil ||
		list.Mismatches != nil {
		t.Errorf("%+v (-want +got)\n%s", list, diff)
	}
}

// Limit, offset and the arguments that are set go along with each request.
func TestQuery(t *testing.T) {
	const step = "execution_step_id=" + coctest.StepID
	for name, tc := range map[string]struct {
		list   *List
		params Params
		want   []string
	}{
		"everything": {ExecutionInstances, Params{}, []string{"instances?limit=100&offset=0", "instances?limit=100&offset=3"}},
		"one step": {ExecutionInstances, Params{Arguments: url.Values{"execution_step_id": {coctest.StepID}}, Limit: 2, Offset: 1},
			[]string{"instances?" + step + "&limit=2&offset=1", "instances?" + step + "&limit=2&offset=3"}},
		"steps by ID": {ExecutionSteps, Params{Arguments: url.Values{"execution_id": {"EX1"}, "execution_step_id_list": {"EXS1", "EXS3"}},
			MaxItems: 1}, []string{"EX1/steps?execution_step_id_list=EXS1&execution_step_id_list=EXS3&limit=100&offset=0"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys, coctest.Rows(3)...)
			e.AddExecution(coctest.Execution{ExecutionID: "EX1", Steps: []coctest.Step{
				{ExecutionStepID: "EXS1"}, {ExecutionStepID: "EXS2"}, {ExecutionStepID: "EXS3"},
			}})
			if _, err := tc.list.Read(t.Context(), newClient(t, e), tc.params); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range e.Requests() {
				got = append(got, strings.TrimPrefix(r.Path, "/v1/executions/")+"?"+r.Query.Encode())
			}
			equal(t, "requests", tc.want, got)
		})
	}
}

// What the service says besides the rows of a success is passed on, the latest of it, and repeats no secret.
//
// Fault: repeated secret.
func TestCodeAndMessage(t *testing.T) {
	list, _, err := readList(t, 1, Params{}, editAt(0, func(p *coctest.Page) {
		p.ErrorCode, p.ErrorMsg = ptr("COC.00000000"), ptr("you sent "+testKeys.SecretKey)
	}))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "code", "COC.00000000", deref(list.ErrorCode))
	equal(t, "message", "you sent ***", deref(list.ErrorMsg))
}

// delays are the faults that keep a read or a wait from its end.
var delays = map[string]coctest.Fault{
	"in a request":     coctest.Hang,
	"in a body":        coctest.Drip(time.Second),
	"in a backoff":     coctest.Error(503, "", ""),
	"in a Retry-After": coctest.Error(429, "", "", "Retry-After", "60"),
	"between requests": nil,
}

// However the service keeps a read waiting, it ends within a second of the caller's word.
//
// Fault: interrupt.
func TestCancel(t *testing.T) {
	for name, fault := range delays {
		eachInFlight(t, name, func(t *testing.T, inFlight int) {
			stop := errors.New("stop")
			e := coctest.New(testKeys, coctest.Rows(5000)...)
			e.Latency = 100 * time.Millisecond
			if fault != nil {
				e.Fault(coctest.AtOffset(100), fault)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			started := time.Now()
			time.AfterFunc(450*time.Millisecond, func() { cancel(stop) })
			client := newClient(t, e, func(config *rest.Config) { config.MaxRetries = 1000 })
			_, err := ExecutionInstances.read(ctx, client, Params{}, make(chan struct{}, inFlight), maxPageBytes)
			if took := time.Since(started); !errors.Is(err, stop) || took > 1450*time.Millisecond {
				t.Errorf("got %v after %s, want %v within 1.45s", err, took, stop)
			}
			if sent := len(e.Requests()); name == "between requests" && sent > 6*inFlight {
				t.Errorf("got %d requests, want at most %d", sent, 6*inFlight)
			}
		})
	}
}

// A path argument is one segment of the path, and so is escaped.
func TestPathArgument(t *testing.T) {
	var path string
	client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		_, _ = w.Write([]byte(`{"data":[],"total":0}`))
	}))
	if _, err := ExecutionSteps.Read(t.Context(), client, Params{Arguments: url.Values{"execution_id": {"../a b"}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, "/v1/executions/") || !strings.HasSuffix(path, "/steps") || strings.Count(path, "/") != 4 {
		t.Errorf("got a request for %s, want one segment between /v1/executions/ and /steps", path)
	}
}
