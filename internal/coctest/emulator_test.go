package coctest

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var (
	//go:embed testdata/sample-script-order-statistics.json
	orderStatisticsSample []byte
	//go:embed testdata/sample-script-order-batches.json
	orderBatchesSample []byte
)

// call sends a request with a token. A body makes it a POST.
func call(e *Emulator, target, body string) *httptest.ResponseRecorder {
	e.Accept(func(a *Accepted) { a.Token = "token" })
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if body != "" {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-Auth-Token", "token")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// From its own orders, instances and counts, the emulator makes the vendor's examples.
func TestScriptOrdersAreTheVendors(t *testing.T) {
	listed := New(Keys{})
	listed.AddOrder(SampleOrders()...)
	listed.Edit = func(_ Request, p *Page) { p.Total = 222 } // the example leaves orders out
	one := New(Keys{})
	one.AddOrder(SampleOrder())
	for _, tc := range []struct {
		e      *Emulator
		target string
		want   []byte
	}{
		{listed, OrdersPath, ordersSample},
		{one, OrderPath(SampleOrderUUID), orderSample},
		{one, OrderStatisticsPath(SampleOrderUUID), orderStatisticsSample},
		{one, OrderBatchesPath(SampleOrderUUID), orderBatchesSample},
		{one, OrderBatchPath(SampleOrderUUID, 1) + "?limit=50", orderBatchSample},
	} {
		var got, want any
		w := call(tc.e, tc.target, "")
		unmarshal(tc.want, &want)
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || string(encode(got)) != string(encode(want)) {
			t.Errorf("%s: got  %s\nwant %s", tc.target, w.Body, encode(want))
		}
	}
}

// If the emulator accepts a mistake of the client, no other test shows the mistake.
func TestRefused(t *testing.T) {
	e := New(Keys{})
	e.Accept(func(a *Accepted) {
		a.DomainID = "d0"
		a.Accounts = []Account{{DomainID: "d1", Name: "one", Agencies: []Agency{{Name: "ops", TrustedDomainID: "d9"}}}}
	})
	e.AddExecution(Execution{ExecutionID: "EX1"})
	e.AddOrder(SampleOrder())
	agency := `{"auth":{"identity":{"methods":["assume_role"],` +
		`"assume_role":{"domain_name":"one","agency_name":"ops","duration_seconds":900}}}}`
	twice := strings.Replace(agency, `"domain_name"`, `"domain_id":"d1","domain_name"`, 1)
	for _, tc := range []struct {
		target, body string
		status       int
		want         string
	}{
		{"/v1/executions/EX2/steps", "", 400, "COC.00067003"},
		{"/v1/executions/EX1%2Fsteps", "", 400, "COC.00067003"}, // an escaped slash is part of an ID
		{"/v1/executions?page=1", "", 400, "parameter page is not known"},
		{"/v1/executions?start_time=2025-06-23", "", 400, "parameter start_time is no integer from 0 on"},
		{OrderPath("SCT2"), "", 400, "COC.00040709"},
		{OrderBatchPath(SampleOrderUUID, 1), "", 400, "parameter limit is missing"},
		{OrderBatchPath(SampleOrderUUID, 1) + "?limit=51", "", 400, "parameter limit is above 50"},
		{OrderBatchPath(SampleOrderUUID, 2) + "?limit=50", "", 400, "COC.00040709"},
		{OrdersPath + "?offset=0", "", 400, "parameter offset is not known"},
		{OrdersPath + "?status=READY", "", 400, "parameter status is no status"},
		{SecurityTokensPath, agency, 403, "does not trust the account"},
		{SecurityTokensPath, strings.Replace(agency, "900", "899", 1), 400, "not between 900 and 86400"},
		{SecurityTokensPath, twice, 400, "a member is missing or not known"},
	} {
		if w := call(e, tc.target, tc.body); w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: status %d, %s\nwant %d with %q", tc.target, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

// The emulator refuses an agency's keys once they have expired. Otherwise nobody would notice a client that does not
// renew them.
func TestKeysExpire(t *testing.T) {
	s := session{Keys: vectorKeys, expires: vectorTime.Add(time.Second)}
	r := httptest.NewRequest(http.MethodGet, "https://example.huaweicloud.com/path?limit=1", nil)
	r.Header.Set("X-Sdk-Date", "20060102T150405Z")
	r.Header.Set("Authorization", vector)
	if err := s.verify(r, vectorTime); err != nil {
		t.Errorf("a second before the expiry: got %v, want no error", err)
	}
	if err := s.verify(r, s.expires); err == nil || !strings.Contains(err.Error(), "the keys expired at 2006-01-02T15:04:06") {
		t.Errorf("at the expiry: got %v, want an error that says when the keys expired", err)
	}
}
