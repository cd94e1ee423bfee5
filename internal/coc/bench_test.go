package coc

import (
	"fmt"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// BenchmarkList reads 2,000 rows in 20 pages from a service that takes a while for each.
func BenchmarkList(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run(fmt.Sprintf("latency=%s", latency), func(b *testing.B) {
			const rows = 2000
			e := coctest.New(testKeys, coctest.Rows(rows)...)
			e.Latency = latency
			client := newClient(b, e)
			for b.Loop() {
				list, err := ExecutionInstances.Read(b.Context(), client, Params{})
				if err != nil || len(list.Rows) != rows {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
		})
	}
}
