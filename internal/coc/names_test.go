package coc

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A step as "ID name status", with a dash for the ID that it does not have yet.
func stepRow(text string) coctest.Row {
	parts := strings.Fields(text)
	return coctest.Row(fmt.Sprintf(`{"execution_step_id":%q,"name":%q,"status":%q}`, strings.Trim(parts[0], "-"), parts[1], parts[2]))
}

// A name is no key: a row without an ID is never another row of its page, and elsewhere only if there is no doubt.
//
// Fault: no ID.
func TestRowsWithoutAnID(t *testing.T) {
	type pages [][]string
	for name, tc := range map[string]struct {
		passes []pages
		total  any
		want   []string // the rows, or a part of the error
	}{
		"one that has not begun, after one that failed": {
			passes: []pages{{{"EXS1 run Failed", "- run Pending"}}}, total: 2, want: []string{"EXS1 run Failed", "- run Pending"},
		},
		"no total": {passes: []pages{{{"EXS1 run Failed", "- run Pending"}}}, want: []string{"EXS1 run Failed", "- run Pending"}},
		"two of one name": {
			passes: []pages{{{"- run Pending", "- run Pending", "EXS1 a Failed"}}}, total: 3, want: []string{"- run Pending", "- run Pending",
				"EXS1 a Failed"},
		},
		"on two pages, each of its own name": {
			passes: []pages{{{"- a Pending"}, {"- b Pending"}}}, want: []string{"- a Pending", "- b Pending"},
		},
		"on a later page than the one that failed": {
			passes: []pages{{{"EXS1 run Failed"}, {"- run Pending"}}}, want: []string{"EXS1 run Failed", "- run Pending"},
		},
		"one gets its ID between two pages": {
			passes: []pages{{{"- run Pending", "EXS1 a Succeed"}, {"EXS2 run Failed", "EXS3 b Succeed"}}}, total: 3,
			want: []string{"EXS2 run Failed", "EXS1 a Succeed", "EXS3 b Succeed"},
		},
		"one gets its ID between two pages, no total": {
			passes: []pages{{{"- run Pending"}, {"EXS2 run Succeed"}}}, want: []string{"1 rows have none of"},
		},
		"one gets its ID between two pages, and there are more of its name": {
			passes: []pages{{{"- run Pending", "EXS1 run Succeed"}, {"EXS2 run Failed"}}}, total: 3, want: []string{"1 rows have none of"},
		},
		"one gets its ID between two pages, and so may another": {
			passes: []pages{{{"- run Pending"}, {"EXS2 run Failed", "EXS3 run Succeed"}}}, total: 3, want: []string{"2 rows have none of"},
		},
		"one gets its ID, and another one of its name comes": {
			passes: []pages{{{"- run Pending"}, {"EXS2 run Failed"}, {"EXS3 run Succeed"}}}, total: 2, want: []string{"EXS2 run Failed",
				"EXS3 run Succeed"},
		},
		"two of one name on two pages": {passes: []pages{{{"- run Pending"}, {"- run Pending"}}}, total: 2, want: []string{"1 distinct rows"}},
		"two of one name on two pages, no total": {
			passes: []pages{{{"- run Pending"}, {"- run Pending"}}}, want: []string{"1 rows have none of"},
		},
		"one gets its ID between two passes": {
			passes: []pages{{{"- run Pending", "EXS1 a Succeed"}}, {{"EXS2 run Failed", "EXS3 b Succeed"}}}, total: 3,
			want: []string{"EXS2 run Failed", "EXS1 a Succeed", "EXS3 b Succeed"},
		},
		"one comes without its ID in a later pass": { // another row, so more than the total: the list changed
			passes: []pages{{{"EXS1 run Failed"}}, {{"- run Pending"}}, {{"- run Pending", "EXS1 run Failed"}}}, total: 2,
			want: []string{"EXS1 run Failed", "- run Pending"},
		},
		"two of one name in each of two passes": {
			passes: []pages{{{"- run Pending", "- run Pending", "EXS1 a Failed"}}, {{"- run Pending", "- run Pending", "EXS2 b Failed"}}}, total: 5,
			want: []string{"3 distinct rows from offset 0, but the service gave a total of 5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.AddExecution(coctest.Execution{ExecutionID: "EX1"})
				pass, next := -1, 0
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					if r.Offset == 0 {
						pass, next = pass+1, 0
					}
					p.Data, p.Total = []coctest.Row{}, tc.total
					if now := tc.passes[min(pass, len(tc.passes)-1)]; next < len(now) {
						for _, text := range now[next] {
							p.Data = append(p.Data, stepRow(text))
						}
					}
					next++
				}
				params := Params{Arguments: url.Values{"execution_id": {"EX1"}}}
				list, err := ExecutionSteps.read(t.Context(), newClient(t, e), params, make(chan struct{}, 1), maxPageBytes)
				if err != nil {
					if len(tc.want) != 1 || !strings.Contains(err.Error(), tc.want[0]) {
						t.Errorf("got the error %v, want %q", err, tc.want)
					}
					return
				}
				var got []string
				for _, row := range decoded(t, list.Rows) {
					id := row["execution_step_id"]
					if id == "" {
						id = "-"
					}
					got = append(got, fmt.Sprint(id, " ", row["name"], " ", row["status"]))
				}
				if fmt.Sprint(got) != fmt.Sprint(tc.want) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			})
		})
	}
}
