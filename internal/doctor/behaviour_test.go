package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const testToken = "the-token-of-the-test"

// behaviour is one way in which the service may behave.
type behaviour struct {
	// set changes the emulator. query, if set, changes what the service reads of a request's query. sent, if set, changes the
	// answer.
	set    func(e *coctest.Emulator)
	query  func(path string, query url.Values)
	sent   func(resp *http.Response)
	masked bool // the values of a script's parameters
	// want are the answers, by question.
	want map[string]string
}

func edit(change func(r coctest.Request, p *coctest.Page)) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) { e.Edit = change }
}

// onPath changes a query only if the request is for the path.
func onPath(path string, change func(query url.Values)) func(string, url.Values) {
	return func(asked string, query url.Values) {
		if asked == path {
			change(query)
		}
	}
}

// scale multiplies a parameter and adds to it.
func scale(query url.Values, name string, by, plus int64) {
	if n, err := strconv.ParseInt(query.Get(name), 10, 64); err == nil {
		query.Set(name, strconv.FormatInt(n*by+plus, 10))
	}
}

const (
	largest     = "What is the largest `limit` of `executions`?"
	ofOrders    = "What is the largest `limit` of `script orders`?"
	total       = "What does `total` of `executions` count?"
	filtered    = "What does `total` of `executions` count with the filter `document_name`?"
	offset      = "Does `offset` count rows?"
	order       = "In which order do the rows of `executions` come?"
	twice       = "Does a second read have the same order?"
	headersNeed = "Is `X-Project-Id` or `X-Domain-Id` needed?"
	nameMatch   = "What does `document_name` match?"
	nameLike    = "What does `name_like` match?"
	unit        = "What is the unit of the time filters of `executions`?"
	startBound  = "Is `start_time` of `executions` inclusive?"
	endBound    = "Is `end_time` of `executions` inclusive?"
	arrays      = "How must `execution_step_id_list` be sent?"
	ordersTotal = "Does a filter change `total` of `script orders`?"
	maskedValue = "Are the values of script parameters masked?"
	listMarker  = "What is the `marker` of `script orders`?"
	batchMarker = "What is the `marker` of `instances of a batch`?"
	statuses    = "Which statuses occur in `executions`?"
	types       = "Which types do the fields of `executions` have?"
	more        = "Which fields of `executions` are not documented?"
	shape       = "What shape do the `properties` of `instances` have?"
	sameID      = "Does `id` equal `execution_id` in `executions`?"
	requestIDs  = "Do answers have `X-Request-Id`?"
	compression = "Are answers compressed?"
	throttling  = "How often does the service throttle?"
	noStep      = "What does `instances` return without `execution_step_id`?"
	defaultSize = "What is the default `limit` of `executions`?"
)

// The report says what the emulator was set to, whichever way that is.
func TestAnswers(t *testing.T) {
	for name, tc := range map[string]behaviour{
		"as it is": {want: map[string]string{
			largest: "1000 is honoured", ofOrders: "100 is honoured; 200 is refused",
			total: "all rows that match", filtered: "all rows that match", offset: "yes",
			order: "by `start_time`, the newest first", twice: "yes", headersNeed: "no",
			nameMatch: "names that contain the text, and case matters", nameLike: "names that contain the text, and case matters",
			unit: "milliseconds", startBound: "no", endBound: "no", arrays: "as a repeated key",
			listMarker: "`order_id`, exclusive", batchMarker: "`id`, exclusive",
			statuses: "`Failed` (25), `Succeed` (75)", more: "none", shape: "`nested` (100)", sameID: "no",
			ordersTotal: "yes", maskedValue: "no", compression: "no", noStep: "100 rows of 1 steps", defaultSize: "10",
		}},
		"a limit that is clamped": {
			set:  func(e *coctest.Emulator) { e.MaxLimit = 50 },
			want: map[string]string{largest: "50: the service reduces a larger limit to it"},
		},
		"a limit that is refused": {
			set: func(e *coctest.Emulator) {
				e.Fault(func(r coctest.Request) bool { return r.Limit > 200 }, coctest.Error(400, "COC.00010002", "limit"))
			},
			want: map[string]string{largest: "200 is honoured; 500 is refused"},
		},
		"a total of the page": {
			set:  edit(func(_ coctest.Request, p *coctest.Page) { p.Total = len(p.Data) }),
			want: map[string]string{total: "only the rows of the page"},
		},
		"a total without the filter": {
			set: edit(func(r coctest.Request, p *coctest.Page) {
				if r.Path == coctest.ExecutionsPath {
					p.Total = jobs + 1
				}
			}),
			want: map[string]string{total: "all rows that match", filtered: "all rows: it ignores the filter"},
		},
		"an offset of pages": {
			query: func(_ string, query url.Values) {
				if n, err := strconv.ParseInt(query.Get("limit"), 10, 64); err == nil {
					scale(query, "offset", n, 0)
				}
			},
			want: map[string]string{offset: "no: it counts pages"},
		},
		"an offset that is ignored": {
			query: func(_ string, query url.Values) { query.Del("offset") },
			want:  map[string]string{offset: "no: it is ignored"},
		},
		"the oldest first": {
			set:  edit(func(_ coctest.Request, p *coctest.Page) { slices.Reverse(p.Data) }),
			want: map[string]string{order: "by `start_time`, the oldest first", twice: "yes"},
		},
		"another order each time": {
			set: edit(func(r coctest.Request, p *coctest.Page) {
				if r.Number%2 == 0 {
					slices.Reverse(p.Data)
				}
			}),
			want: map[string]string{twice: "no"},
		},
		"a project that is needed": {
			set: func(e *coctest.Emulator) {
				e.Fault(func(r coctest.Request) bool { return r.Header.Get("X-Project-Id") == "" }, coctest.Error(400, "COC.1", "project"))
			},
			want: map[string]string{headersNeed: "`X-Project-Id` is needed"},
		},
		"an account that is needed": {
			set: func(e *coctest.Emulator) {
				e.Fault(func(r coctest.Request) bool { return r.Header.Get("X-Domain-Id") == "" }, coctest.Error(400, "COC.1", "account"))
			},
			want: map[string]string{headersNeed: "`X-Domain-Id` is needed"},
		},
		"exact names": {
			set: edit(func(r coctest.Request, p *coctest.Page) {
				if name := r.Query.Get("document_name"); name != "" && name != coctest.JobName {
					p.Data = []coctest.Row{}
				}
				if name := r.Query.Get("name_like"); name != "" && name != coctest.ScriptOrderName {
					p.Data = []coctest.Row{}
				}
			}),
			want: map[string]string{nameMatch: "exactly the name, and case matters", nameLike: "exactly the name, and case matters"},
		},
		"names that are ignored": {
			set:   func(e *coctest.Emulator) { e.OrdersWith.IgnoredNameLike = true },
			query: func(_ string, query url.Values) { query.Del("document_name") },
			want:  map[string]string{nameMatch: "nothing: it is ignored", nameLike: "nothing: it is ignored"},
		},
		"inclusive times": {
			query: onPath(coctest.ExecutionsPath, func(query url.Values) {
				scale(query, "start_time", 1, -1)
				scale(query, "end_time", 1, 1)
			}),
			want: map[string]string{unit: "milliseconds", startBound: "yes", endBound: "yes"},
		},
		"times in seconds": {
			query: onPath(coctest.ExecutionsPath, func(query url.Values) {
				scale(query, "start_time", 1000, 0)
				scale(query, "end_time", 1000, 0)
			}),
			want: map[string]string{unit: "seconds", startBound: unknown},
		},
		"times that are ignored": {
			query: func(_ string, query url.Values) { query.Del("start_time"); query.Del("end_time") },
			want:  map[string]string{unit: "none: the filters are ignored"},
		},
		"arrays with commas": {
			query: func(_ string, query url.Values) {
				if ids := query["execution_step_id_list"]; len(ids) > 0 {
					query["execution_step_id_list"] = strings.Split(ids[0], ",")
				}
			},
			want: map[string]string{arrays: "as one value with commas"},
		},
		"inclusive markers": {
			set:  func(e *coctest.Emulator) { e.OrdersWith.Marker = coctest.InclusiveMarker },
			want: map[string]string{listMarker: "`order_id`, inclusive", batchMarker: "`id`, inclusive"},
		},
		"a total of all orders": {
			set:  func(e *coctest.Emulator) { e.OrdersWith.TotalOfAll = true },
			want: map[string]string{ordersTotal: "no"},
		},
		"masked values": {masked: true, want: map[string]string{maskedValue: "yes"}},
		"ignored markers": {
			set:  func(e *coctest.Emulator) { e.OrdersWith.Marker = coctest.IgnoredMarker },
			want: map[string]string{listMarker: "ignored", batchMarker: "ignored"},
		},
		"other rows": {
			set: edit(func(r coctest.Request, p *coctest.Page) {
				switch r.Path {
				case coctest.ExecutionsPath:
					p.Data = []coctest.Row{coctest.Row(`{"id":"EX1","execution_id":"EX1","status":"Abnormal","start_time":"17","new_field":1}`)}
				case coctest.Path:
					p.Data = []coctest.Row{coctest.FlatHost(0, "Succeed"), coctest.Row(`{"id":1,"execution_step_id":"EXS9","properties":{"a":1}}`)}
				}
			}),
			want: map[string]string{
				statuses: "`Abnormal` (1)", more: "`new_field` (1)", sameID: "yes", shape: "`flat` (1), `neither` (1)",
				noStep: "2 rows of 2 steps",
				types: "`id` string, `execution_id` string, `document_name` missing, `document_id` missing, `document_version_id` missing, " +
					"`document_version` missing, `description` missing, `creator` missing, `target_parameter_name` missing, " +
					"`start_time` string, `end_time` missing, `update_time` missing, `status` string, `type` missing, " +
					"`parameters` missing, `tags` missing, `sys_tags` missing, `targets` missing",
			},
		},
		"other headers": {
			set: func(e *coctest.Emulator) {
				e.Fault(coctest.Number(1), coctest.Error(429, "APIG.0308", "busy", "Retry-After", "1"))
			},
			sent: func(resp *http.Response) {
				resp.Header.Del("X-Request-Id")
				resp.Uncompressed = true
			},
			want: map[string]string{compression: "yes", throttling: "1 times; `Retry-After` came 1 times"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := make(map[string]string)
				for _, f := range answersOf(t, tc) {
					got[f.question] = f.answer
				}
				for question, want := range tc.want {
					if got[question] != want {
						t.Errorf("%s\nwant %q\n got %q", question, want, got[question])
					}
				}
			})
		})
	}
}

// The headers are counted in all answers or in none.
func TestRequestIDs(t *testing.T) {
	for name, tc := range map[string]struct {
		behaviour
		all bool
	}{
		"with":    {behaviour{}, true},
		"without": {behaviour{sent: func(resp *http.Response) { resp.Header.Del("X-Request-Id") }}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, f := range answersOf(t, tc.behaviour) {
					if f.question != requestIDs {
						continue
					}
					have, of, _ := strings.Cut(f.answer, " of ")
					if all := have == of; all != tc.all || !all && have != "0" {
						t.Errorf("want all: %t, got %q", tc.all, f.answer)
					}
				}
			})
		})
	}
}

// jobs is how many tickets the emulator has of its job. It has one more of another job.
const jobs = 1200

// answersOf examines an emulator that behaves in a certain way.
func answersOf(t *testing.T, b behaviour) []finding {
	t.Helper()
	e := newEmulator(b.masked)
	if b.set != nil {
		b.set(e)
	}
	w := &wire{next: behaving{coctest.Transport{Handler: e}, b}}
	client := func(projectID, domainID string) *rest.Client {
		c, err := rest.New(rest.Config{
			Endpoint: "http://127.0.0.1", Signer: token(testToken), Transport: w, MaxRetries: 1,
			ProjectID: projectID, DomainID: domainID,
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	bare := client("", "")
	s, _ := take(t.Context(), bare, subject{})
	x := &examiner{client: bare, survey: s}
	x.headers(t.Context(), s.tickets.list, &examiner{client: client("a-project", "")}, &examiner{client: client("", "an-account")})
	x.examine(t.Context())
	x.wire(w.seen)
	return x.found
}

// token is a signer that sends an IAM token: a query that is changed on the way needs no new signature then.
type token string

func (t token) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	r.AddHeaderParam("X-Auth-Token", string(t))
	return []string{string(t)}, nil
}

// behaving is the way from the client to the emulator.
type behaving struct {
	next http.RoundTripper
	behaviour
}

func (b behaving) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.query != nil {
		query := r.URL.Query()
		b.query(r.URL.Path, query)
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	resp, err := b.next.RoundTrip(r)
	if err == nil && b.sent != nil {
		b.sent(resp)
	}
	return resp, err
}

// newEmulator returns an emulator with enough rows for each question.
func newEmulator(masked bool) *coctest.Emulator {
	e := coctest.New(coctest.Keys{}, coctest.Rows(1200)...)
	e.Accept(func(a *coctest.Accepted) { a.Token = testToken })
	tickets := coctest.Executions(jobs)
	for i := range tickets[jobs-3:] {
		tickets[jobs-3+i].Steps = coctest.Steps(5)
	}
	e.AddExecution(coctest.Execution{ExecutionID: "EX1", DocumentName: "another job"})
	e.AddExecution(tickets...)
	orders := coctest.Orders(250)
	value := "300"
	if masked {
		value = "******"
	}
	last := &orders[len(orders)-1]
	last.Batches = coctest.OrderBatches(20, 10)
	last.Properties = coctest.Row(`{"execute_param":{"script_params":[{"param_name":"timeout","param_value":"` + value + `"}]}}`)
	e.AddOrder(orders...)
	return e
}
