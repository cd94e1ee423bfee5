package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

func TestDiagnose(t *testing.T) {
	total := int64(250)
	for _, tc := range []struct {
		err  error
		want string // what to do next; empty if there is nothing
	}{
		{&rest.Error{Status: 401, Code: "APIGW.0301"}, "this machine's clock"},
		{&rest.Error{Status: 403}, "coc:execution:listExecutionStepInstance"},
		{&rest.Error{Status: 404}, "site or endpoint"},
		{&rest.Error{Status: 429}, "-parallelism=1"},
		{&rest.Error{Status: 400, RequestID: "id"}, "execution_step_id, which begins with EXS"},
		{&rest.Error{Status: 500, RequestID: "id"}, "give the request id to the vendor's support"},
		{&rest.Error{Err: rest.ErrAttemptTimeout}, "network, firewall and proxy"},
		{&rest.Error{Err: fmt.Errorf("%w: x", rest.ErrCredentials)}, "They were found, but cannot be used now"},
		{&rest.Error{Err: fmt.Errorf("%w: 407", rest.ErrProxy)}, "407 wants a user and password"},
		{&rest.Error{Status: 500}, "Try again later"},
		{&rest.Error{Err: fmt.Errorf("%w: x", rest.ErrTLS)}, "cacert_file"},
		{&rest.Error{Err: fmt.Errorf("%w: x", rest.ErrUnknownHost)}, "DNS"},
		{&rest.Error{Status: 302, Err: rest.ErrRedirect}, "not sent elsewhere"},
		{&rest.Error{Status: 200, Err: fmt.Errorf("%w: x", rest.ErrMalformed)}, "Something else than COC may have answered"},
		{&rest.Error{Status: 200, Err: rest.ErrTooLarge}, "set limit to a lower number"},
		{&coc.IncompleteError{Rows: 249, Total: &total, Passes: 3}, "No row was taken"},
		{&coc.IncompleteError{Rows: 249, Total: &total, Passes: 3}, "a larger limit: rows cannot shift within one page"},
		{&coc.KeylessError{Rows: 1}, "Set limit so high that one page takes the whole list"},
		{&rest.Error{Err: fmt.Errorf("%w: x", rest.ErrProxyUnreachable)}, "Check HTTPS_PROXY"},
		{&coc.TooLargeError{Rows: 1, MaxBytes: 510 << 20, Held: true}, "read it in parts, by offset and max_items"},
		{&coc.TooLargeError{Rows: 1, MaxBytes: 255 << 20}, "keep some statuses or property_paths only, or cap it with max_items"},
		{fmt.Errorf("%w; before that: %w", &timeoutError{time.Minute}, &rest.Error{Status: 503}), "timeouts ="},
		{fmt.Errorf("%w; before that: %w", context.Canceled, &rest.Error{Status: 401}), ""},
	} {
		d := diagnose(coc.ExecutionInstances, origin{}, tc.err)
		what, next, _ := strings.Cut(d.Detail(), "\n\n")
		if d.Summary() != "Cannot read COC execution instances" || what != tc.err.Error()+"." || !strings.Contains(next, tc.want) || (tc.want == "") != (next == "") {
			t.Errorf("%v: %s", tc.err, d.Detail())
		}
	}
}

// A list without properties is not narrowed by property_paths.
func TestDiagnoseWithoutProperties(t *testing.T) {
	d := diagnose(coc.Executions, origin{}, &coc.TooLargeError{Rows: 1, MaxBytes: 255 << 20})
	if _, next, _ := strings.Cut(d.Detail(), "\n\n"); !strings.Contains(next, "keep some statuses only") || strings.Contains(next, "property_paths") {
		t.Error(next)
	}
}

// What is said of an answer that may be about the wrong place: whose credentials, which site, which endpoint.
func TestDiagnoseOrigin(t *testing.T) {
	const keys = "the environment: HW_ACCESS_KEY and HW_SECRET_KEY"
	china := origin{source: keys, endpoint: coc.China.Endpoint, site: coc.China.Title, choice: `HW_REGION_NAME "cn-north-4"`}
	own := origin{source: keys, endpoint: "https://coc.example.com", choice: "endpoint in the provider block"}
	gateway := origin{source: keys, endpoint: "https://gateway.example.com/base/v1/", choice: "COC_ENDPOINT"}
	const askedChina = `Asked was the China site (https://coc.myhuaweicloud.com), chosen by HW_REGION_NAME "cn-north-4".`
	const askedOwn = "Asked was https://coc.example.com, which endpoint in the provider block names."
	const clock = "Check this machine's clock as well: a signature is refused when it is more than 15 minutes off."
	const noTicket = " An unknown ticket may get this answer, too. Check execution_id. The ID of a ticket begins with EX. coc_executions finds it by the job's name, " +
		"and the COC console shows it under Execution Records."
	const serviceOwn = "The code is the service's own, so the endpoint is right. "
	const other = " Another account's are not found either: check the credentials."
	for name, tc := range map[string]struct {
		list *coc.List // ExecutionInstances if nil
		from origin
		err  *rest.Error
		want string // the whole advice
	}{
		"401 of a site": {
			from: china, err: &rest.Error{Status: 401, Code: "APIGW.0301"},
			want: "Signed with credentials from the environment: HW_ACCESS_KEY and HW_SECRET_KEY. " + askedChina +
				" Check these credentials: keys or a token that are wrong or have expired get this answer." +
				" Those of an account of another site get it, too: set the provider's site to china, international or europe. " + clock,
		},
		"401 of an endpoint": {
			from: own, err: &rest.Error{Status: 401},
			want: "Signed with credentials from the environment: HW_ACCESS_KEY and HW_SECRET_KEY. " + askedOwn +
				" Check these credentials: keys or a token that are wrong or have expired get this answer." +
				" Those of an account of another site get it, too: the endpoint must be that of the account's site. " + clock,
		},
		"404":              {from: own, err: &rest.Error{Status: 404}, want: "Check the provider's site or endpoint. " + askedOwn},
		"the gateway's":    {from: china, err: &rest.Error{Status: 404, Code: "APIGW.0101"}, want: "Check the provider's site or endpoint. " + askedChina},
		"404 of the steps": {list: coc.ExecutionSteps, from: own, err: &rest.Error{Status: 404}, want: "Check the provider's site or endpoint. " + askedOwn + noTicket},
		"the service's": {
			from: own, err: &rest.Error{Status: 404, Code: "COC.00067004"},
			want: serviceOwn + "What was asked for does not exist: check execution_step_id, which begins with EXS." + other,
		},
		"the service's, of the steps": {
			list: coc.ExecutionSteps, from: own, err: &rest.Error{Status: 404, Code: "COC.00067004"},
			want: serviceOwn + strings.TrimPrefix(noTicket, " An unknown ticket may get this answer, too. ") + other,
		},
		"no ticket of the steps": {
			list: coc.ExecutionSteps, from: own, err: &rest.Error{Status: 400, Code: "COC.00067003"},
			want: strings.TrimPrefix(noTicket, " An unknown ticket may get this answer, too. "),
		},
		"/v1 twice": {
			from: gateway, err: &rest.Error{Status: 404},
			want: "Asked was https://gateway.example.com/base/v1/v1/executions/instances: leave /v1 out of the endpoint, each request adds it.",
		},
		"/v1 twice, of the steps": {
			list: coc.ExecutionSteps, from: gateway, err: &rest.Error{Status: 404, Code: "APIGW.0101"},
			want: "Asked was https://gateway.example.com/base/v1/v1/executions/{execution_id}/steps: leave /v1 out of the endpoint, each request adds it.",
		},
		"/v1 twice, of a service that knows it": {
			from: gateway, err: &rest.Error{Status: 404, Code: "COC.00067004"},
			want: serviceOwn + "What was asked for does not exist: check execution_step_id, which begins with EXS." + other,
		},
		"an unknown host": {
			from: china, err: &rest.Error{Err: rest.ErrUnknownHost},
			want: "Check the provider's site or endpoint, and this machine's DNS. " + askedChina,
		},
		"a redirect": {
			from: own, err: &rest.Error{Status: 302, Err: rest.ErrRedirect},
			want: "A signed request is for one host and is not sent elsewhere. Set the provider's site or endpoint to the one that serves the account. " + askedOwn,
		},
		"a certificate": {
			from: own, err: &rest.Error{Err: rest.ErrTLS},
			want: "The endpoint could not prove its identity. Behind a proxy that inspects TLS, set the provider's cacert_file to that proxy's CA; " +
				"otherwise check the endpoint. " + askedOwn,
		},
	} {
		t.Run(name, func(t *testing.T) {
			list := tc.list
			if list == nil {
				list = coc.ExecutionInstances
			}
			if _, next, _ := strings.Cut(diagnose(list, tc.from, tc.err).Detail(), "\n\n"); next != tc.want {
				t.Errorf("got  %s\nwant %s", next, tc.want)
			}
		})
	}
	const once = "Asked was https://gateway.example.com/base/v1/v1/executions/{execution_id}: leave /v1 out of the endpoint, each request adds it."
	if d := diagnoseExecution("EX1", gateway, &rest.Error{Status: 404}); !strings.HasSuffix(d.Detail(), "\n\n"+once) {
		t.Errorf("got %s", d.Detail())
	}
	if d := diagnoseExecution("EX1", gateway, &rest.Error{Status: 404, Code: "COC.00067003"}); !strings.Contains(d.Detail(), "There is no ticket EX1.") {
		t.Errorf("got %s", d.Detail())
	}
}
