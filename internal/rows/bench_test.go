package rows

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// BenchmarkRead reads a page of 100 hosts.
func BenchmarkRead(b *testing.B) {
	const rows = 100
	body, err := json.Marshal(coctest.Page{Data: coctest.Rows(rows), Total: rows})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := instances.Read(bytes.NewReader(body), pageBytes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}
