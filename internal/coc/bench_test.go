package coc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

// BenchmarkDecodePage reads a page of 100 hosts.
func BenchmarkDecodePage(b *testing.B) {
	const rows = 100
	body, err := json.Marshal(coctest.Page{Data: coctest.Rows(rows), Total: rows})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := decodePage(bytes.NewReader(body), maxPageBytes); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b, rows)
}

// BenchmarkFlatten flattens one host's properties, as one of many in a page.
func BenchmarkFlatten(b *testing.B) {
	var row struct{ Properties json.RawMessage }
	if err := json.Unmarshal(coctest.Host(0, "Succeed"), &row); err != nil {
		b.Fatal(err)
	}
	doc := string(row.Properties)
	f := newFlattener(maxPageBytes)
	b.ReportAllocs()
	for b.Loop() {
		f.budget = maxPageBytes
		dec := jsontext.NewDecoder(strings.NewReader(doc), jsontext.AllowDuplicateNames(true))
		if _, err := f.flatten(dec); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList reads 2,000 rows in 20 pages from a service that takes a while for each.
func BenchmarkList(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run(fmt.Sprintf("latency=%s", latency), func(b *testing.B) {
			const rows = 2000
			e := coctest.New(testKeys, coctest.Rows(rows)...)
			e.Latency = latency
			c := newClient(b, e)
			for b.Loop() {
				list, err := c.ListExecutionInstances(b.Context(), ListExecutionInstancesParams{})
				if err != nil || len(list.Data) != rows {
					b.Fatal(err)
				}
			}
			perRow(b, rows)
		})
	}
}
