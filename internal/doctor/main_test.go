package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

var keys = coctest.Keys{AccessKey: "MARKEDACCESSKEY", SecretKey: "marked-secret-key"}

// TestMain takes away what the machine's environment says of credentials.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"HW_", "COC_", "OS_", "HUAWEICLOUD_", "HC_", "HTTP_", "HTTPS_", "NO_", "http_", "https_", "no_"} {
			if strings.HasPrefix(name, prefix) {
				_ = os.Unsetenv(name)
			}
		}
	}
	_ = os.Setenv("COC_METADATA_DISABLED", "true")
	os.Exit(m.Run())
}

// diagnose runs the doctor against a handler, with a home of its own.
func diagnose(t *testing.T, handler http.Handler, env map[string]string, about subject) (healthy bool, report, details string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "USERPROFILE": home, "COC_ENDPOINT": server.URL, "HW_ACCESS_KEY": keys.AccessKey, "HW_SECRET_KEY": keys.SecretKey,
	} {
		t.Setenv(name, value)
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var out, private strings.Builder
	healthy, err := run(t.Context(), about, 0, &out, &private)
	if err != nil {
		t.Fatal(err)
	}
	return healthy, out.String(), private.String()
}

// marked returns an emulator whose every value that names something is marked.
func marked() *coctest.Emulator {
	row := func(text string) coctest.Row { return coctest.Row(strings.ReplaceAll(text, "M-", "marked-")) }
	e := coctest.New(keys, row(`{"id":4711,"execution_instance_id":"EXIM-1","execution_step_id":"EXSM-1","status":"Failed",
		"message":"M-message","properties":{"properties":{"host_name":"M-host","fixed_ip":"10.99.99.99"},"resource_id":"M-resource",
		"M-key":"M-value"},"M-field":1}`))
	step := coctest.Step{Row: row(`{"execution_step_id":"EXSM-1","name":"M-step","status":"M-status",
		"message":"M-message","outputs":[{"key":"M-k","value":"M-v"}]}`)}
	e.AddExecution(coctest.Execution{Steps: []coctest.Step{step}, Row: row(`{
		"execution_id":"EXM-1","document_name":"M-job","creator":"M-creator",
		"status":"Succeed","start_time":1750659138000,"end_time":1750659211000,"tags":[{"key":"M-tag","value":"M-v"}]}`)})
	order := coctest.SampleOrder()
	order.OrderName, order.ExecuteUUID, order.Creator = "marked-order", "SCTmarked1", "marked-creator"
	e.AddOrder(order)
	return e
}

// The report contains nothing from the account, whatever the service sends and whatever the environment names.
func TestReportCanBePublished(t *testing.T) {
	for name, tc := range map[string]struct {
		set   func(e *coctest.Emulator)
		env   map[string]string
		about subject
	}{
		"all is well": {env: map[string]string{"HW_PROJECT_ID": "marked-project", "HW_DOMAIN_ID": ""}, about: subject{job: "marked-job"}},
		"secrets as words": {set: func(e *coctest.Emulator) {
			e.SetRows(coctest.Row(`{"id":1,"execution_step_id":"EXSmarked-1","status":"MARKEDACCESSKEY","MARKEDACCESSKEY":1}`))
		}},
		"refused": {set: func(e *coctest.Emulator) {
			e.Fault(coctest.Always, coctest.Error(403, "COC.00030003", "no right for marked-creator"))
		}, about: subject{"marked-job", "EXmarked-1", "SCTmarked1"}},
		"not accepted": {set: func(e *coctest.Emulator) { e.Accept(func(a *coctest.Accepted) { a.Keys = coctest.Keys{} }) }},
		"an unknown profile": {env: map[string]string{
			"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_PROFILE": "marked-profile", "HW_SHARED_CONFIG_FILE": "/marked/config.json",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e := marked()
			if tc.set != nil {
				tc.set(e)
			}
			_, report, _ := diagnose(t, e, tc.env, tc.about)
			for _, secret := range []string{"marked", "MARKED", "4711", "10.99.99.99", "127.0.0.1", "SCT", "EXI", "EXS", os.Getenv("HOME")} {
				if i := strings.Index(report, secret); i >= 0 {
					t.Errorf("got %q in the report, want nothing from the account:\n%s", secret, report[max(0, i-100):min(len(report), i+100)])
				}
			}
			if !strings.Contains(report, "## How does the service behave?") {
				t.Errorf("got no second part:\n%s", report)
			}
		})
	}
}

// What is missing comes with the title and the advice of the provider's diagnostic, and makes the doctor fail.
func TestWhatIsMissing(t *testing.T) {
	onPath := func(path string, fault coctest.Fault) func(e *coctest.Emulator) {
		return func(e *coctest.Emulator) { e.Fault(coctest.OnPath(path, coctest.Always), fault) }
	}
	for name, tc := range map[string]struct {
		set  func(e *coctest.Emulator)
		env  map[string]string
		want []string
	}{
		"nothing": {want: []string{
			"- Credentials: from the environment\n", "- Endpoint: a custom endpoint, set by COC_ENDPOINT\n", "- Proxy: no\n",
			"- Reached: yes, in ", "- Clock: right to within 2 seconds\n",
			"| `coc_executions` | `coc:execution:list` | yes |", "| `coc_script_order_instances` | `coc:job:get` | yes |",
		}},
		"an action": {set: onPath(coctest.Path, coctest.Error(403, "COC.00030003", "no")), want: []string{
			"| `coc_execution_instances` | `coc:execution:listExecutionStepInstance` | no |", "| `coc_executions` | `coc:execution:list` | yes |",
			"- **Cannot read COC execution instances.** Grant the IAM action coc:execution:listExecutionStepInstance to",
		}},
		"the right keys": {
			env: map[string]string{"HW_SECRET_KEY": "another"},
			want: []string{
				"- **Cannot read COC executions.** The request was signed with credentials from the environment.",
				"The request went to a custom endpoint (set by COC_ENDPOINT).", "The provider could not ask it.",
			},
		},
		"any keys": {env: map[string]string{"HW_ACCESS_KEY": "", "HW_SECRET_KEY": ""}, want: []string{
			"- **No Huawei Cloud credentials.** The usual next step is to set an access key in the environment: export HW_ACCESS_KEY=…",
		}},
		"a clock": {set: func(e *coctest.Emulator) { e.Skew = 10*time.Minute + 500*time.Millisecond },
			want: []string{"- Clock: 10m0s behind the service's\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := marked()
			if tc.set != nil {
				tc.set(e)
			}
			healthy, report, details := diagnose(t, e, tc.env, subject{})
			for _, want := range tc.want {
				if !strings.Contains(report, want) {
					t.Errorf("got no %q in\n%s", want, report)
				}
			}
			if want := !strings.Contains(report, "What is missing"); healthy != want {
				t.Errorf("got healthy %t, want %t", healthy, want)
			}
			if !healthy && details == "" {
				t.Error("got no details for the user, want some")
			}
		})
	}
}

// A report sends at most 80 requests, all of them GETs, and never two within half a second.
func TestRequestsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{pause: interval, next: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		})}
		send := func(method string, want error) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := w.RoundTrip(r)
			if !errors.Is(err, want) {
				t.Errorf("%s after %d: got %v, want %v", method, len(w.seen), err, want)
			}
			if err == nil {
				_ = resp.Body.Close()
			}
		}
		began := time.Now()
		send(http.MethodPost, errNotRead)
		for range maxRequests {
			send(http.MethodGet, nil)
		}
		send(http.MethodGet, errBudget)
		if took, want := time.Since(began), (maxRequests-1)*interval; took != want {
			t.Errorf("%d requests took %s, want %s", maxRequests, took, want)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
