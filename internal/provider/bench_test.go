//go:build unix

package provider

import (
	"fmt"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// BenchmarkReadDataSource is a whole read as Terraform asks for it: from the socket to the protocol's answer, in pages of 100.
// The server answers from memory, so that its own work hardly counts; cpu-µs/row is the process's CPU time with it.
func BenchmarkReadDataSource(b *testing.B) {
	for _, rows := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			server, schemas := connected(b, canned(rows))
			runtime.GC()
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				if _, got := read(b.Context(), b, server, schemas, nil); len(got) > 0 {
					b.Fatal(got[0].Detail)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/1e3/float64(b.N)/float64(rows), "cpu-µs/row")
		})
	}
}

// canned serves n rows from memory.
func canned(n int) http.Handler {
	e := coctest.New(testKeys, coctest.Rows(n)...)
	pages := map[string][]byte{}
	for offset := 0; offset <= n; offset += 100 {
		pages[fmt.Sprint(offset)] = e.Body(100, offset)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(pages[r.URL.Query().Get("offset")])
	})
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
