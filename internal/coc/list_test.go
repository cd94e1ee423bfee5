package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
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

// Limit, offset and the step go along with each request, and no step if none is asked for.
func TestQuery(t *testing.T) {
	for name, tc := range map[string]struct {
		params Params
		want   []string
	}{
		"everything": {Params{}, []string{"limit=100&offset=0", "limit=100&offset=3"}},
		"one step": {
			Params{Arguments: url.Values{"execution_step_id": {coctest.StepID}}, Limit: 2, Offset: 1},
			[]string{"execution_step_id=" + coctest.StepID + "&limit=2&offset=1", "execution_step_id=" + coctest.StepID + "&limit=2&offset=3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys, coctest.Rows(3)...)
			if _, err := ExecutionInstances.Read(t.Context(), newClient(t, e), tc.params); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range e.Requests() {
				got = append(got, r.Query.Encode())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What the service says beside the rows of a success is passed on, the latest of it.
func TestCodeAndMessage(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		if r.Offset == 0 {
			p.ErrorCode, p.ErrorMsg = ptr("COC.00000000"), ptr("ok")
		}
	}
	list, err := ExecutionInstances.Read(t.Context(), newClient(t, e), Params{})
	if err != nil || list.ErrorCode == nil || *list.ErrorCode != "COC.00000000" || list.ErrorMsg == nil || *list.ErrorMsg != "ok" {
		t.Errorf("%+v, %v", list, err)
	}
}

// The result names the statuses of all rows, also of those that were not asked for.
//
// Fault: unknown status asked for.
func TestStatusesOfAllRows(t *testing.T) {
	list, err := ExecutionInstances.Read(t.Context(), newClient(t, coctest.New(testKeys, coctest.Rows(8)...)),
		Params{Statuses: []string{"Fail"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Failed", "Succeed"}, list.Statuses); diff != "" || len(list.Rows) != 0 {
		t.Errorf("%d rows (-want +got)\n%s", len(list.Rows), diff)
	}
}

// However the service keeps a read waiting, it ends within a second of the caller's word.
//
// Fault: interrupt.
func TestCancel(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{
		"in a request":     coctest.Hang,
		"in a body":        coctest.Drip(time.Second),
		"in a backoff":     coctest.Error(503, "", ""),
		"in a Retry-After": coctest.Error(429, "", "", "Retry-After", "60"),
		"between pages":    nil,
	} {
		for _, inFlight := range inFlight {
			t.Run(fmt.Sprintf("%s/%d", name, inFlight), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
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
						t.Errorf("took %s, %v", took, err)
					}
					if sent := len(e.Requests()); name == "between pages" && sent > 6*inFlight {
						t.Errorf("%d requests", sent)
					}
				})
			})
		}
	}
}

// A path argument is one segment of the path, and so is escaped.
func TestPathArgument(t *testing.T) {
	list := *ExecutionInstances
	list.Path = "/v1/executions/{execution_id}/steps"
	list.Arguments = []Argument{{Name: "execution_id", Kind: ID, InPath: true}}
	var path string
	client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		_, _ = w.Write([]byte(`{"data":[],"total":0}`))
	}))
	if _, err := list.Read(t.Context(), client, Params{Arguments: url.Values{"execution_id": {"../a b"}}}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, "/v1/executions/") || !strings.HasSuffix(path, "/steps") || strings.Count(path, "/") != 4 {
		t.Errorf("asked for %s", path)
	}
}

// What the service says beside the rows repeats no secret.
//
// Fault: repeated secret.
func TestNoSecretBesideTheRows(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.Edit = func(_ coctest.Request, p *coctest.Page) {
		p.ErrorCode, p.ErrorMsg = ptr("COC.0"), ptr("you sent "+testKeys.SecretKey)
	}
	list, err := ExecutionInstances.Read(t.Context(), newClient(t, e), Params{})
	if err != nil || deref(list.ErrorMsg) != "you sent ***" {
		t.Errorf("%v, %v", list, err)
	}
}
