package coc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// What reading ahead gains and what it costs, exactly: virtual time counts the waits, the log the requests.
func TestReadAhead(t *testing.T) {
	const rows, latency = 2000, 100 * time.Millisecond
	inOrder := func(*coctest.Emulator) {}
	for _, tc := range []struct {
		name     string
		script   func(*coctest.Emulator)
		params   Params
		pages    int // in flight
		waits    int // latencies one after the other
		requests int // 0 if some may be cancelled before they go out
	}{
		{"in order", inOrder, Params{}, 1, 21, 21},
		{"in order", inOrder, Params{}, 4, 6, 21},
		{"in order", inOrder, Params{}, 16, 3, 21},
		{"from an offset", inOrder, Params{Offset: 1000}, 4, 4, 11},
		{"clamped", func(e *coctest.Emulator) { e.MaxLimit = 50 }, Params{}, 4, 11, 41},
		{"no total", total(nil), Params{}, 4, 21, 21},
		{"total of the page", totalOfPage, Params{}, 4, 21, 21},
		// The pages that were requested after a short one are dropped, and it takes a full one to go on as before.
		{"a short page", editAt(200, func(p *coctest.Page) { p.Data = p.Data[:50] }), Params{}, 4, 8, 0},
		{"as many as a page", inOrder, Params{MaxItems: 100}, 4, 1, 1},
		{"some pages", inOrder, Params{MaxItems: 450}, 4, 2, 5},
		{"some pages from an offset", inOrder, Params{MaxItems: 450, Offset: 30}, 4, 2, 5},
		{"some of a status", inOrder, Params{MaxItems: 50, Statuses: []string{"Failed"}}, 4, 2, 5},
	} {
		t.Run(fmt.Sprintf("%s/%d", tc.name, tc.pages), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys, coctest.Rows(rows)...)
				e.Latency = latency
				tc.script(e)
				started := time.Now()
				_, err := ExecutionInstances.read(t.Context(), newClient(t, e), tc.params, make(chan struct{}, tc.pages), maxPageBytes)
				if err != nil {
					t.Fatal(err)
				}
				if waits := int(time.Since(started) / latency); waits != tc.waits || tc.requests > 0 && len(e.Requests()) != tc.requests {
					t.Errorf("%d waits and %d requests, want %d and %d", waits, len(e.Requests()), tc.waits, tc.requests)
				}
			})
		})
	}
}

// An error ends the read with what is in flight: nothing is left running, and no page after it is asked for. It counts
// when it is that page's turn, since the page may have been asked for at a wrong guess.
//
// Fault: error ahead.
func TestErrorStopsTheRest(t *testing.T) {
	for _, tc := range []struct {
		name     string
		at       int
		status   int
		hang     func(coctest.Request) bool
		took     time.Duration
		requests int
	}{
		{"a refusal at the head", 100, http.StatusForbidden, func(r coctest.Request) bool { return r.Offset > 100 }, 200 * time.Millisecond, 5},
		{"a refusal after a page that hangs once", 300, http.StatusForbidden, coctest.FirstTries(100, 1), 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys, coctest.Rows(2000)...)
				e.Latency = 100 * time.Millisecond
				e.Fault(coctest.AtOffset(tc.at), coctest.Error(tc.status, "X", "no"))
				e.Fault(tc.hang, coctest.Hang)
				started := time.Now()
				_, err := ExecutionInstances.Read(t.Context(), newClient(t, e), Params{})
				var got *rest.Error
				if !errors.As(err, &got) || got.Status != tc.status || !strings.HasSuffix(got.What, fmt.Sprint(" ", tc.at)) {
					t.Fatal(err)
				}
				took := time.Since(started)
				if tc.requests > 0 && (took != tc.took || len(e.Requests()) != tc.requests) || tc.requests == 0 && took < time.Minute {
					t.Errorf("%s and %d requests", took, len(e.Requests()))
				}
			})
		})
	}
}

// When a read has ended, so have its requests.
func TestNothingRunsAfterARead(t *testing.T) {
	for name, status := range map[string]int{"an error": http.StatusForbidden, "rows": http.StatusOK} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys, coctest.Rows(2000)...)
				e.Latency = 100 * time.Millisecond
				if status != http.StatusOK {
					e.Fault(coctest.AtOffset(100), coctest.Error(status, "X", "no"))
				}
				transport := &slowToEnd{next: coctest.Transport{Handler: e}}
				client := newClient(t, e, func(config *rest.Config) { config.Transport = transport })
				_, err := ExecutionInstances.Read(t.Context(), client, Params{MaxItems: 150, Statuses: []string{"Succeed"}})
				if n := transport.running.Load(); n != 0 || (err == nil) != (status == http.StatusOK) {
					t.Errorf("%d requests run, %v", n, err)
				}
			})
		})
	}
}

// slowToEnd takes a while to end a request.
type slowToEnd struct {
	next    http.RoundTripper
	running atomic.Int64
}

func (s *slowToEnd) RoundTrip(r *http.Request) (*http.Response, error) {
	s.running.Add(1)
	defer s.running.Add(-1)
	resp, err := s.next.RoundTrip(r)
	if err != nil {
		time.Sleep(time.Second)
	}
	return resp, err
}

// A page at a wrong guess is given up as soon as the guess proves wrong, not at the end of the read.
func TestWrongGuessIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys, coctest.Rows(2000)...)
		e.Latency = 100 * time.Millisecond
		e.Edit = func(r coctest.Request, p *coctest.Page) {
			if r.Offset == 100 {
				p.Data = p.Data[:50]
			}
		}
		var ended atomic.Int64
		e.Fault(coctest.AtOffset(300), func(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			<-r.Context().Done()
			ended.Store(time.Now().UnixNano())
		})
		if _, err := ExecutionInstances.Read(t.Context(), newClient(t, e), Params{}); err != nil {
			t.Fatal(err)
		}
		if at := ended.Load(); at == 0 || time.Since(time.Unix(0, at)) < 100*time.Millisecond {
			t.Errorf("the page ended %s before the read", time.Since(time.Unix(0, at)))
		}
	})
}

// Reads that share slots have no more requests in flight than there are slots, and all of them end.
func TestSharedSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys, coctest.Rows(500)...)
		e.Latency = 100 * time.Millisecond
		running := &slowToEnd{next: coctest.Transport{Handler: e}}
		most := int64(0)
		e.Edit = func(coctest.Request, *coctest.Page) { most = max(most, running.running.Load()) }
		slots, errs := make(chan struct{}, 2), make(chan error)
		client := newClient(t, e, func(config *rest.Config) { config.Transport = running })
		for range 3 {
			go func() {
				list, err := ExecutionInstances.read(t.Context(), client, Params{}, slots, maxPageBytes)
				if err == nil && len(list.Rows) != 500 {
					err = errors.New("rows are missing")
				}
				errs <- err
			}()
		}
		for range 3 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if most != 2 || len(slots) != 0 {
			t.Errorf("%d requests at the same time and %d slots taken in the end, want 2 and 0", most, len(slots))
		}
	})
}
