package coc

import (
	"net/url"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// BenchmarkScriptOrderInstances reads a script order of 200 hosts in 20 batches from a service that takes 50 ms a request.
func BenchmarkScriptOrderInstances(b *testing.B) {
	e := coctest.New(testKeys)
	e.Latency = 50 * time.Millisecond
	e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(200, 10)})
	client, params := newClient(b, e), Params{Arguments: url.Values{"execute_uuid": {orderUUID}}}
	for b.Loop() {
		if list, err := ScriptOrderInstances.Read(b.Context(), client, params); err != nil || len(list.Rows) != 200 {
			b.Fatal(err)
		}
	}
}
