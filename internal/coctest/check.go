package coctest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The paths that are served, below Emulator.BasePath.
const (
	// Path lists the instances.
	Path = "/v1/executions/instances"
	// ExecutionsPath lists the tickets.
	ExecutionsPath = "/v1/executions"
)

// ExecutionPath is the path of one ticket.
func ExecutionPath(executionID string) string { return ExecutionsPath + "/" + executionID }

// StepsPath lists the steps of a ticket.
func StepsPath(executionID string) string { return ExecutionPath(executionID) + "/steps" }

// route is one call of the API.
type route struct {
	pattern    string // of path.Match
	parameters []string
	maxLimit   int                              // of limit; 0 if there is none, or none is known
	needed     string                           // a parameter that the call requires
	unknown    func(*Emulator, string) *refusal // refuses the path of something that does not exist
	body       func(*Emulator, Request) any
}

// routes are the API's calls. The first one whose pattern matches the path applies.
var routes = []route{
	{pattern: Path, parameters: words("limit offset execution_step_id"), body: (*Emulator).instances},
	{
		pattern: ExecutionsPath, body: (*Emulator).executions,
		parameters: words("limit offset creator document_name document_id start_time end_time tags exclude_child_executions"),
	},
	{
		pattern: ExecutionsPath + "/?*/steps", parameters: words("limit offset execution_step_id_list"),
		unknown: ofTicket(StepsPath), body: (*Emulator).steps,
	},
	{pattern: ExecutionsPath + "/?*", unknown: ofTicket(ExecutionPath), body: (*Emulator).execution},
	{
		pattern: OrdersPath, parameters: words("limit marker start_time end_time creator status name_like"),
		maxLimit: 100, body: (*Emulator).scriptOrders,
	},
	{pattern: OrdersPath + "/?*/statistics", unknown: ofOrder(OrderStatisticsPath), body: (*Emulator).orderStatistics},
	{pattern: OrdersPath + "/?*/batches", unknown: ofOrder(OrderBatchesPath), body: (*Emulator).orderBatches},
	{
		pattern: OrdersPath + "/?*/batches/?*", parameters: words("limit marker status"),
		maxLimit: 50, needed: "limit", unknown: ofBatch, body: (*Emulator).orderBatch,
	},
	{pattern: OrdersPath + "/?*", unknown: ofOrder(OrderPath), body: (*Emulator).scriptOrder},
}

func words(all string) []string { return strings.Fields(all) }

// refusal is an answer that refuses the request.
type refusal struct {
	status        int
	code, message string
}

// check reads the request into req, and returns what makes the body of its answer. It refuses everything that COC would
// refuse, and more.
func (e *Emulator) check(r *http.Request, req *Request) (body func(*Emulator, Request) any, refused *refusal) {
	req.Limit, req.Offset, req.Path = 10, 0, r.URL.Path
	base := &url.URL{Path: e.BasePath}
	escaped, below := strings.CutPrefix(r.URL.EscapedPath(), base.EscapedPath())
	if below {
		req.Path = strings.TrimPrefix(r.URL.Path, e.BasePath)
	}
	if check, ok := keyCalls[escaped]; ok && below {
		return e.checkKeyCall(r, req, check)
	}
	for _, route := range routes {
		// The escaped path is matched: an escaped slash is part of an ID.
		if ok, _ := path.Match(route.pattern, escaped); !ok || !below {
			continue
		}
		if refused := route.parameter(req.Query); refused != nil {
			return nil, refused
		}
		req.StepID = req.Query.Get("execution_step_id")
		req.Limit = number(req.Query, "limit", req.Limit)
		req.Offset = number(req.Query, "offset", req.Offset)
		req.Marker = int64(number(req.Query, "marker", 0))
		if r.Method != http.MethodGet {
			return nil, &refusal{http.StatusMethodNotAllowed, "APIGW.0102", "method " + r.Method}
		}
		by, err := e.authenticate(r)
		if err != nil {
			return nil, unauthenticated(err)
		}
		req.Account, req.Agency = by.account, by.agency
		if err := e.authorize(r, by); err != nil {
			return nil, &refusal{http.StatusForbidden, "COC.00030003", err.Error()}
		}
		if route.unknown != nil {
			return route.body, route.unknown(e, req.Path)
		}
		return route.body, nil
	}
	return nil, &refusal{http.StatusNotFound, "APIGW.0101", "the API does not exist or has not been published"}
}

// parameter refuses the first parameter that the call does not accept.
func (r *route) parameter(query url.Values) *refusal {
	bad := func(name string, problem error) *refusal {
		return &refusal{http.StatusBadRequest, "COC.00010002", fmt.Sprintf("parameter %s %v", name, problem)}
	}
	if r.needed != "" && !query.Has(r.needed) {
		return bad(r.needed, errors.New("is missing"))
	}
	for name, values := range query {
		if !slices.Contains(r.parameters, name) {
			return bad(name, errors.New("is not known"))
		}
		if slices.Contains(values, "") || len(values) > 1 && name != "execution_step_id_list" {
			return bad(name, errors.New("is empty or repeated"))
		}
		if err := r.value(name, values[0]); err != nil {
			return bad(name, err)
		}
	}
	return nil
}

// value returns what is wrong with the value of a parameter.
func (r *route) value(name, value string) error {
	switch name {
	case "limit":
		if err := integer(value, 1); err != nil {
			return err
		}
		if n, _ := strconv.Atoi(value); r.maxLimit > 0 && n > r.maxLimit {
			return fmt.Errorf("is above %d: %q", r.maxLimit, value)
		}
	case "offset", "marker", "start_time", "end_time":
		return integer(value, 0)
	case "exclude_child_executions":
		if value != "true" && value != "false" {
			return fmt.Errorf("is neither true nor false: %q", value)
		}
	case "status":
		return r.status(value)
	case "tags":
		for _, tag := range strings.Split(value, ",") {
			if key, _, ok := strings.Cut(tag, "="); !ok || key == "" {
				return fmt.Errorf("is not of the form key1=value1,key2=value2: %q", value)
			}
		}
	}
	return nil
}

// status returns what is wrong with a status to filter by: READY is a status of a batch's instances only, and PAUSED
// one of orders.
func (r *route) status(value string) error {
	own := "PAUSED"
	if r.pattern != OrdersPath {
		own = "READY"
	}
	if !slices.Contains([]string{"PROCESSING", "ABNORMAL", "CANCELED", "FINISHED", own}, value) {
		return fmt.Errorf("is no status: %q", value)
	}
	return nil
}

func integer(s string, minimum int) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < minimum || strconv.Itoa(n) != s {
		return fmt.Errorf("is no integer from %d on: %q", minimum, s)
	}
	return nil
}

// number returns the value of a parameter that parameter has accepted. If it is not set, number returns absent.
func number(query url.Values, name string, absent int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil {
		return n
	}
	return absent
}
