package coc

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

var testKeys = coctest.Keys{AccessKey: "TESTACCESSKEY", SecretKey: "test-secret-key", SecurityToken: "test-security-token"}

// newClient returns a client of an emulator, without a network between them.
func newClient(t testing.TB, handler http.Handler, edits ...func(*Config)) *Client {
	t.Helper()
	keys, err := AccessKeys(testKeys.AccessKey, testKeys.SecretKey, testKeys.SecurityToken)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{
		Endpoint:    "https://coc.example.com",
		Credentials: keys,
		UserAgent:   "test",
		MaxRetries:  5,
		Transport:   coctest.Transport{Handler: handler},
	}
	for _, edit := range edits {
		edit(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The vendor's example response, value for value.
func TestListSample(t *testing.T) {
	c := newClient(t, coctest.New(testKeys, coctest.Sample()...))
	got, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{ExecutionStepID: coctest.SampleStepID})
	if err != nil {
		t.Fatal(err)
	}
	want := &ExecutionInstances{
		Total: ptr(int64(2)),
		Data: []ExecutionInstance{{
			ID:                  ptr(int64(4482)),
			ExecutionInstanceID: ptr("EXI202506231412xxxxxxx"),
			ExecutionStepID:     ptr("EXS202506231412xxxxxxx"),
			Status:              ptr("Failed"),
			StartTime:           ptr(int64(1750659139000)),
			EndTime:             ptr(int64(1750659210000)),
			Properties: map[string]*string{
				"provider":               ptr("ecs"),
				"type":                   ptr("cloudservers"),
				"properties.host_name":   ptr("coc-platform-gamxxxxxxx"),
				"properties.fixed_ip":    nil,
				"properties.floating_ip": nil,
				"resource_id":            ptr("a4594206-05ee-41fd-84xxxxxxx"),
				"agent_sn":               nil,
				"enterprise_project_id":  ptr("9d414beb-88b7-4ea8-9e61-1xxxxxxx"),
				"project_id":             ptr("10a6c23c2a1044779794798xxxxxxx"),
				"region_id":              ptr("cn-north-7"),
			},
		}, {
			ID:                  ptr(int64(4483)),
			ExecutionInstanceID: ptr("EXI20250623141219xxxxxxx"),
			ExecutionStepID:     ptr("EXS202506231412xxxxxxx"),
			Status:              ptr("Failed"),
			StartTime:           ptr(int64(1750659139000)),
			EndTime:             ptr(int64(1750659210000)),
			Properties: map[string]*string{
				"provider":               ptr("ecs"),
				"type":                   ptr("cloudservers"),
				"properties.host_name":   ptr("coc-cube-cn-north-7-gamxxxxxxx"),
				"properties.fixed_ip":    ptr("10.2.51.200"),
				"properties.floating_ip": nil,
				"resource_id":            ptr("adfbb61d-bdcd-46bb-9b32-edxxxxxxx"),
				"agent_sn":               ptr("2bc74fbce77d4528b59810xxxxxxx"),
				"enterprise_project_id":  ptr("b022c6d1-4af5-46dd-8exxxxxxx"),
				"project_id":             ptr("10a6c23c2a10447797947xxxxxxx"),
				"region_id":              ptr("cn-north-x"),
			},
		}},
	}
	want.Size = got.Size
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRequests(t *testing.T) {
	e := coctest.New(testKeys, append(coctest.Rows(3), coctest.Sample()...)...)
	e.BasePath = "/gate way/coc"
	c := newClient(t, e, func(config *Config) {
		config.Endpoint = "https://coc.example.com/gate%20way/coc/"
		config.ProjectID, config.DomainID = "project", "domain"
	})
	list, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{ExecutionStepID: coctest.StepID, Limit: 2, Offset: 1})
	if err != nil || len(list.Data) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	requests := e.Requests()
	if len(requests) != 2 {
		t.Fatalf("want a page of two rows and an empty one, got %d requests", len(requests))
	}
	for i, r := range requests {
		if r.Refused != "" || r.Limit != 2 || r.Offset != 1+2*i || r.StepID != coctest.StepID {
			t.Errorf("request %d: %+v", i, r)
		}
		for name, want := range map[string]string{
			"X-Project-Id": "project", "X-Domain-Id": "domain", "User-Agent": "test", "Accept": "application/json",
			"X-Security-Token": testKeys.SecurityToken,
		} {
			if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("request %d: %s is %q, want %q", i, name, got, want)
			}
		}
		if signed := r.Header.Get("Authorization"); strings.Contains(signed, "user-agent") {
			t.Errorf("User-Agent is signed, and a proxy may change it: %s", signed)
		}
	}
}

// The zero parameters list the account's instances in pages of 100.
func TestListEverything(t *testing.T) {
	e := coctest.New(testKeys, append(coctest.Rows(250), coctest.Sample()...)...)
	list, err := newClient(t, e).ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	if err != nil || len(list.Data) != 252 || *list.Total != 252 {
		t.Fatalf("%v, %v", list, err)
	}
	for i, row := range list.Data {
		if want := int64(4482 + i%250); *row.ID != want {
			t.Fatalf("row %d has id %d, want %d", i, *row.ID, want)
		}
	}
	if r := e.Requests()[0]; r.Limit != 100 || r.StepID != "" {
		t.Errorf("%+v", r)
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
	list, err := newClient(t, e).ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	if err != nil || list.ErrorCode == nil || *list.ErrorCode != "COC.00000000" || list.ErrorMsg == nil || *list.ErrorMsg != "ok" {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestRefusedCredentials(t *testing.T) {
	for name, tc := range map[string]struct {
		keys coctest.Keys
		want string
	}{
		"wrong secret key": {coctest.Keys{AccessKey: testKeys.AccessKey, SecretKey: "other", SecurityToken: testKeys.SecurityToken}, "does not match"},
		"no such key":      {coctest.Keys{AccessKey: "other", SecretKey: "other"}, "no such access key"},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(tc.keys, coctest.Rows(1)...)
			_, err := newClient(t, e).ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
			var got *Error
			if !errors.As(err, &got) || !strings.Contains(got.Message, tc.want) {
				t.Fatalf("got %v", err)
			}
			got.Message = ""
			want := &Error{Endpoint: "https://coc.example.com", Status: 401, Code: "APIGW.0301", RequestID: "emulated-0001", Attempts: 1}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Error{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A clock that is more than 15 minutes off signs a date that the service refuses.
func TestStaleDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(16 * time.Minute)
			e.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
		})
		c := newClient(t, late)
		c.http.Transport = coctest.Transport{Handler: late}
		req, _, err := c.request(t.Context(), query{limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(e.Requests()[0].Refused, "16m0s away") {
			t.Errorf("%d %+v", resp.StatusCode, e.Requests())
		}
	})
}

func TestTamperedQuery(t *testing.T) {
	e := coctest.New(testKeys)
	tamper := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "limit=100", "limit=1", 1)
		e.ServeHTTP(w, r)
	})
	_, err := newClient(t, tamper).ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	var got *Error
	if !errors.As(err, &got) || got.Status != http.StatusUnauthorized {
		t.Errorf("got %v", err)
	}
}

func TestParseEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"https://coc.myhuaweicloud.com":  "https://coc.myhuaweicloud.com",
		"https://coc.myhuaweicloud.com/": "https://coc.myhuaweicloud.com",
		"https://host:8443/base/path/":   "https://host:8443/base/path",
		"HTTPS://host":                   "https://host",
		"http://127.0.0.1:8080":          "http://127.0.0.1:8080",
		"http://[::1]:8080":              "http://[::1]:8080",
		"http://localhost":               "http://localhost",
		"":                               "error: not an absolute URL",
		"coc.myhuaweicloud.com":          "error: not an absolute URL",
		"/v1":                            "error: not an absolute URL",
		"https://":                       "error: not an absolute URL",
		"https://:443":                   "error: not an absolute URL",
		"http://coc.myhuaweicloud.com":   "error: http is accepted for a loopback address only",
		"http://localhost.example.com":   "error: http is accepted for a loopback address only",
		"http://128.0.0.1":               "error: http is accepted for a loopback address only",
		"ftp://host":                     `error: scheme "ftp" is not https`,
		"https://user:password@host":     "error: a user or password",
		"https://host?x=1":               "error: a query",
		"https://host#x":                 "error: a query or fragment",
		"https://host:port":              "error: not a URL",
		"https://ho st":                  "error: not a URL",
		"https://user:se%zzcret@host":    "error: not a URL",
	} {
		u, err := ParseEndpoint(in)
		var got string
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = u.String()
		}
		if !strings.HasPrefix(got, want) || err == nil && got != want || strings.Contains(got, "se%zzcret") {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestEndpointForRegion(t *testing.T) {
	for region, want := range map[string]string{
		"cn-north-4":     "https://coc.myhuaweicloud.com",
		"cn-north-7":     "https://coc.myhuaweicloud.com",
		"eu-west-101":    "https://coc-eu-west-101-open-api.myhuaweicloud.eu",
		"eu-west-0":      "https://coc-intl.myhuaweicloud.com",
		"ap-southeast-3": "https://coc-intl.myhuaweicloud.com",
		"af-south-1":     "https://coc-intl.myhuaweicloud.com",
	} {
		if got := EndpointForRegion(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	keys, err := AccessKeys("a", "s", "")
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]Config{
		"endpoint: ":        {Endpoint: "http://example.com", Credentials: keys},
		"credentials: ":     {Endpoint: "https://example.com"},
		"max retries: ":     {Endpoint: "https://example.com", Credentials: keys, MaxRetries: -1},
		"pages in flight: ": {Endpoint: "https://example.com", Credentials: keys, PagesInFlight: -1},
	} {
		if _, err := New(config); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
