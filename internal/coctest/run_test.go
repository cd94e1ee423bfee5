package coctest

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The rows of a step appear and change with the clock, and no other row gets lost.
func TestAddRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(Keys{}, HostsOf("EXS1", 2, "Running")...)
		e.AddRowsAfter(time.Second, HostOf("EXS1", 1, "Failed"), HostOf("EXS2", 0, "Succeed"))
		rows := func(step string) (got []string) {
			for _, row := range e.instances(Request{Path: Path, StepID: step, Limit: 10}).(*Page).Data {
				got = append(got, instanceOf(row)+" "+statusOf(row))
			}
			return got
		}
		for _, tc := range []struct {
			step string
			want []string
		}{
			{"EXS1", []string{"EXI10000 Running", "EXI10001 Running"}},
			{"EXS2", nil},
		} {
			if got := rows(tc.step); !slices.Equal(got, tc.want) {
				t.Errorf("%s before: got %q, want %q", tc.step, got, tc.want)
			}
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for _, tc := range []struct {
			step string
			want []string
		}{
			{"EXS1", []string{"EXI10000 Running", "EXI10001 Failed"}},
			{"EXS2", []string{"EXI20000 Succeed"}},
		} {
			if got := rows(tc.step); !slices.Equal(got, tc.want) {
				t.Errorf("%s after: got %q, want %q", tc.step, got, tc.want)
			}
		}
	})
}

func statusOf(row Row) string {
	var r struct{ Status string }
	if err := json.Unmarshal(row, &r); err != nil {
		return err.Error()
	}
	return r.Status
}
