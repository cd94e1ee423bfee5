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

// routes are the API's calls. The first one whose pattern (of path.Match) is the path counts.
var routes = []struct {
	pattern    string
	parameters []string
	ofTicket   func(executionID string) string // makes the path of a ticket; the ticket must be known
	body       func(*Emulator, Request) any
}{
	{pattern: Path, parameters: []string{"limit", "offset", "execution_step_id"}, body: (*Emulator).instances},
	{pattern: ExecutionsPath, parameters: []string{"limit", "offset", "creator", "document_name", "document_id", "start_time", "end_time",
		"tags", "exclude_child_executions"}, body: (*Emulator).executions},
	{pattern: ExecutionsPath + "/?*/steps", parameters: []string{"limit", "offset", "execution_step_id_list"}, ofTicket: StepsPath,
		body: (*Emulator).steps},
	{pattern: ExecutionsPath + "/?*", ofTicket: ExecutionPath, body: (*Emulator).execution},
}

// refusal is an answer that is no page.
type refusal struct {
	status        int
	code, message string
}

// check reads the request into req, and returns what makes the body of its answer. It refuses what COC would refuse and more.
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
		for name, values := range req.Query {
			if err := parameter(route.parameters, name, values); err != nil {
				return nil, &refusal{http.StatusBadRequest, "COC.00010002", fmt.Sprintf("parameter %s %v", name, err)}
			}
		}
		req.StepID = req.Query.Get("execution_step_id")
		req.Limit = number(req.Query, "limit", req.Limit)
		req.Offset = number(req.Query, "offset", req.Offset)
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
		if route.ofTicket != nil && e.ticket(req.Path, route.ofTicket) == nil {
			return nil, &refusal{http.StatusBadRequest, "COC.00067003", "the ticket does not exist"}
		}
		return route.body, nil
	}
	return nil, &refusal{http.StatusNotFound, "APIGW.0101", "the API does not exist or has not been published"}
}

// parameter returns what is wrong with a parameter of a call that knows those of known.
func parameter(known []string, name string, values []string) error {
	if !slices.Contains(known, name) {
		return errors.New("is not known")
	}
	if slices.Contains(values, "") || len(values) > 1 && name != "execution_step_id_list" {
		return errors.New("is empty or repeated")
	}
	switch name {
	case "limit":
		return integer(values[0], 1)
	case "offset", "start_time", "end_time":
		return integer(values[0], 0)
	case "exclude_child_executions":
		if values[0] != "true" && values[0] != "false" {
			return fmt.Errorf("is neither true nor false: %q", values[0])
		}
	case "tags":
		for _, tag := range strings.Split(values[0], ",") {
			if key, _, ok := strings.Cut(tag, "="); !ok || key == "" {
				return fmt.Errorf("is not of the form key1=value1,key2=value2: %q", values[0])
			}
		}
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

// number returns the value of a parameter that parameter has found right, or absent.
func number(query url.Values, name string, absent int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil {
		return n
	}
	return absent
}
