package coc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// Every status that an order can have while it is waited for, for at most 20 minutes. What changes does so after a minute.
func TestWaitForScriptOrder(t *testing.T) {
	one := func(status string) []coctest.Phase { return []coctest.Phase{{Status: status}} }
	then := func(status, later string) []coctest.Phase {
		return []coctest.Phase{{Status: status}, {After: time.Minute, Status: later}}
	}
	for name, tc := range map[string]struct {
		order, instances []coctest.Phase // the first instance is ABNORMAL, and the second one goes through these
		status           string          // of the order that is returned
		unfinished       bool
		atOnce           bool
		timeout          string // what the error says of the order if the time is over
	}{
		"FINISHED":             {order: one("FINISHED"), status: "FINISHED", atOnce: true},
		"finished":             {order: one("finished"), status: "finished", atOnce: true},
		"CANCELED":             {order: one("CANCELED"), instances: one("PROCESSING"), status: "CANCELED", atOnce: true},
		"READY, FINISHED":      {order: then("READY", "FINISHED"), status: "FINISHED"},
		"PROCESSING, CANCELED": {order: then("PROCESSING", "CANCELED"), status: "CANCELED"},
		"PAUSED, FINISHED":     {order: then("PAUSED", "FINISHED"), status: "FINISHED"},
		"ABNORMAL":             {order: one("ABNORMAL"), instances: one("FINISHED"), status: "ABNORMAL", atOnce: true},
		"ABNORMAL, one READY":  {order: one("ABNORMAL"), instances: one("READY"), status: "ABNORMAL", unfinished: true, atOnce: true},
		"ABNORMAL, one left":   {order: one("ABNORMAL"), instances: then("PROCESSING", "FINISHED"), status: "ABNORMAL"},
		"PROCESSING, ABNORMAL": {order: then("PROCESSING", "ABNORMAL"), instances: one("FINISHED"), status: "ABNORMAL"},
		"ABNORMAL with an end": {
			order: []coctest.Phase{{Status: "ABNORMAL", Ended: true}}, instances: then("PROCESSING", "CANCELED"), status: "ABNORMAL",
		},
		"ERROR":                {order: one("ERROR"), instances: one("FINISHED"), status: "ERROR", atOnce: true},
		"ERROR, one left":      {order: one("ERROR"), instances: then("processing", "READY"), status: "ERROR", unfinished: true},
		"ROLLBACKED":           {order: one("ROLLBACKED"), instances: one("ROLLBACKED"), status: "ROLLBACKED", atOnce: true},
		"ROLLBACKED, one left": {order: one("ROLLBACKED"), instances: then("PROCESSING", "ROLLBACKED"), status: "ROLLBACKED"},
		"unknown, FINISHED":    {order: then("SKIPPING", "FINISHED"), status: "FINISHED"},
		"unknown that ended":   {order: []coctest.Phase{{Status: "SKIPPED", Ended: true}}, status: "SKIPPED", atOnce: true},
		"none, FINISHED":       {order: then("", "FINISHED"), status: "FINISHED"},
		"none that ended":      {order: []coctest.Phase{{Status: "", Ended: true}}, status: "", atOnce: true},
		"READY for ever":       {order: one("READY"), timeout: `its status is "READY": the time is over`},
		"PROCESSING for ever": {
			order: []coctest.Phase{{Status: "PROCESSING", Ended: true}}, timeout: `its status is "PROCESSING": the time is over`,
		},
		"PAUSED for ever": {
			order:   then("PROCESSING", "PAUSED"),
			timeout: `its status is "PAUSED", which is documented as paused: it may be waiting for somebody: the time is over`,
		},
		"ABNORMAL for ever": {order: one("ABNORMAL"), instances: one("PROCESSING"), timeout: `its status is "ABNORMAL": the time is over`},
		"unknown for ever": {
			order: one("SKIPPING"), timeout: `its status is "SKIPPING", which is not documented, and it has no gmt_finished: the time is over`,
		},
		"none for ever": {order: one(""), timeout: `it has neither a status nor gmt_finished: the time is over`},
		"a ticket's own status": {
			order: one("Pending"), timeout: `its status is "Pending", which is not documented, and it has no gmt_finished: the time is over`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Phases: tc.order, Batches: []coctest.OrderBatch{{Instances: []coctest.OrderInstance{
					{Row: coctest.OrderHost(0, "ABNORMAL")}, {Row: coctest.OrderHost(1, "FINISHED"), Phases: tc.instances},
				}}}})
				ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Minute, errTooLong)
				defer cancel()
				started := time.Now()
				order, err := WaitForScriptOrder(ctx, newClient(t, e), orderUUID, ignore)
				took := time.Since(started)
				if tc.timeout != "" {
					if order != nil || took != 20*time.Minute {
						t.Errorf("got %+v after %s, want nothing after 20m", order, took)
					}
					tooLate(t, err, tc.timeout)
					return
				}
				if err != nil || order.Total == nil {
					t.Fatalf("got %+v, %v, want an order with its statistics", order, err)
				}
				want := fmt.Sprintf("status %q, finished %t, 2 instances", tc.status, !tc.unfinished)
				if got := fmt.Sprintf("status %q, finished %t, %d instances", order.Status, order.Finished, *order.Total); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				switch {
				case tc.atOnce && (took != 0 || len(e.Requests()) != 2):
					t.Errorf("took %s and %d requests, want no time and 2", took, len(e.Requests()))
				case !tc.atOnce && (took < time.Minute || took > time.Minute+18*time.Second):
					t.Errorf("took %s, want a minute and at most 18 s", took)
				}
			})
		})
	}
}

// tooLate checks the error of a wait for a script order that ran out of time.
func tooLate(t *testing.T, err error, want string) {
	t.Helper()
	var late *WaitError
	if !errors.As(err, &late) || !errors.Is(err, errTooLong) {
		t.Fatalf("got %v, want a WaitError", err)
	}
	begin := fmt.Sprintf("script order %s has not ended in 20m0s, read %d times; ", orderUUID, late.Reads)
	if !strings.HasPrefix(err.Error(), begin) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s… %s", err, begin, want)
	}
}

// A wait asks for the statistics when they decide, and tells of each status once.
func TestWaitForScriptOrderProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Phases: []coctest.Phase{
			{Status: "PROCESSING"}, {After: 10 * time.Second, Status: "PAUSED"}, {After: 50 * time.Second, Status: "FINISHED"},
		}})
		type told struct {
			Kind   Kind
			ID     string
			Status string
			Paused bool
		}
		var got []told
		_, err := WaitForScriptOrder(t.Context(), newClient(t, e), orderUUID, func(_ context.Context, p Progress) {
			if p.Changed {
				got = append(got, told{p.Kind, p.ExecutionID, p.Status, p.Paused()})
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []told{
			{
				KindScriptOrder, orderUUID, "PROCESSING", false}, {KindScriptOrder, orderUUID, "PAUSED", true}, {KindScriptOrder, orderUUID,
				"FINISHED", false,
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		requests := e.Requests()
		for i, r := range requests {
			if last := i == len(requests)-1; strings.HasSuffix(r.Path, "/statistics") != last {
				t.Errorf("request %d of %d is for %s", i+1, len(requests), r.Path)
			}
		}
	})
}
