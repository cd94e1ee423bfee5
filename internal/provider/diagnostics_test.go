package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// What the user can do about an error of a list's read, as far as it is not the same for every request (see package rest).
//
// Fault: clock off.
func TestDiagnose(t *testing.T) {
	total := int64(250)
	late := &timeoutError{time.Minute}
	for _, tc := range []struct {
		list *coc.List
		err  error
		want string // a part of what to do next; empty if there is nothing
	}{
		{coc.ExecutionInstances, &rest.Error{Kind: rest.Forbidden}, "Grant the IAM action coc:execution:listExecutionStepInstance to"},
		{coc.ExecutionInstances, &rest.Error{Kind: rest.Unauthorized, Code: "X"}, "this machine's clock"},
		{coc.ExecutionInstances, &rest.Error{Kind: rest.BadRequest}, "Check execution_step_id, which begins with EXS, and try a lower limit"},
		{coc.ExecutionInstances, &rest.Error{Err: coc.ErrPageTooLarge}, "set limit to a lower number"},
		{coc.ExecutionInstances, &coc.IncompleteError{Rows: 249, Total: &total, Passes: 3}, "a larger limit: rows cannot move within one page"},
		{coc.ExecutionInstances, &coc.KeylessError{Rows: 1}, "Set limit so high that one page holds the whole list"},
		{coc.ExecutionInstances, &coc.TooLargeError{MaxBytes: 510 << 20, Held: true}, "read the list in parts, with offset and max_items"},
		{coc.ExecutionInstances, &coc.TooLargeError{MaxBytes: 255 << 20},
			"keep only some statuses or property_paths, or cap the list with max_items"},
		{coc.Executions, &coc.TooLargeError{MaxBytes: 255 << 20}, "keep only some statuses, or"},
		{coc.Executions, fmt.Errorf("%w; before that: %w", late, &rest.Error{Kind: rest.Server}), `(timeouts = { read = "1h" })`},
		{coc.Executions, fmt.Errorf("%w; before that: %w", context.Canceled, &rest.Error{Kind: rest.Unauthorized}), ""},
		{coc.Executions, errors.New("of another kind"), ""},
	} {
		d := diagnose(tc.list, origin{}, tc.err)
		what, next, _ := strings.Cut(d.Detail(), "\n\n")
		if d.Summary() != "Cannot read COC "+title(tc.list.Name) || what != tc.err.Error()+"." || !strings.Contains(next, tc.want) ||
			(tc.want == "") != (next == "") {
			t.Errorf("got %s: %s\nwant %q in it", d.Summary(), d.Detail(), tc.want)
		}
	}
}

// What is said of an answer that may be about the wrong place: which site, which endpoint, which ticket.
func TestDiagnoseOrigin(t *testing.T) {
	china := origin{endpoint: coc.China.Endpoint, site: coc.China.Title, choice: `HW_REGION_NAME "cn-north-4"`}
	own := origin{endpoint: "https://coc.example.com", choice: "endpoint in the provider block"}
	gateway := origin{endpoint: "https://gateway.example.com/base/v1/", choice: "COC_ENDPOINT"}
	const (
		askedChina = `The request went to the China site (https://coc.myhuaweicloud.com), chosen by HW_REGION_NAME "cn-north-4".`
		askedOwn   = "The request went to https://coc.example.com (set by endpoint in the provider block)."
		noTicket   = "Check execution_id. The ID of a ticket begins with EX. coc_executions finds it by the job's name, " +
			"and the COC console shows it under Execution Records."
		serviceOwn = "The code is the service's own, so the endpoint is right. "
		other      = " You also cannot see what belongs to another account: check the credentials."
		check      = "Check the provider's site or endpoint. "
		once       = ": leave /v1 out of the endpoint, because each request adds it."
	)
	notFound := func(code string) *rest.Error { return &rest.Error{Kind: rest.NotFound, Status: 404, Code: code} }
	for name, tc := range map[string]struct {
		list *coc.List
		from origin
		err  *rest.Error
		want string // the whole advice
	}{
		"404":           {coc.ExecutionInstances, own, notFound(""), check + askedOwn},
		"the gateway's": {coc.ExecutionInstances, china, notFound("APIGW.0101"), check + askedChina},
		"404 of the steps": {
			coc.ExecutionSteps, own, notFound(""), check + askedOwn + " An unknown ticket may get this answer, too. " + noTicket,
		},
		"the service's": {
			coc.ExecutionInstances, own, notFound("COC.00067004"),
			serviceOwn + "What you asked for does not exist: check execution_step_id, which begins with EXS." + other,
		},
		"the service's, of the steps": {coc.ExecutionSteps, gateway, notFound("COC.00067004"), serviceOwn + noTicket + other},
		"no ticket of the steps":      {coc.ExecutionSteps, own, &rest.Error{Kind: rest.BadRequest, Code: "COC.00067003"}, noTicket},
		"/v1 twice": {
			coc.ExecutionInstances, gateway, notFound(""),
			"The request went to https://gateway.example.com/base/v1/v1/executions/instances" + once,
		},
		"/v1 twice, of one ticket": {
			nil, gateway, notFound(""), "The request went to https://gateway.example.com/base/v1/v1/executions/{execution_id}" + once,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := executionTopic.diagnose("EX1", tc.from, tc.err)
			if tc.list != nil {
				d = diagnose(tc.list, tc.from, tc.err)
			}
			_, next, _ := strings.Cut(d.Detail(), "\n\n")
			wantEqual(t, "advice", next, tc.want)
		})
	}
}
