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
		{&rest.Error{Status: 404}, "endpoint and region"},
		{&rest.Error{Status: 429}, "-parallelism=1"},
		{&rest.Error{Status: 400, RequestID: "id"}, "execution_step_id, which begins with EXS"},
		{&rest.Error{Status: 500, RequestID: "id"}, "give the request id to the vendor's support"},
		{&rest.Error{Err: rest.ErrAttemptTimeout}, "network, firewall and proxy"},
		{&rest.Error{Err: fmt.Errorf("%w: x", rest.ErrCredentials)}, "which source they are from"},
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
		{&coc.TooLargeError{Rows: 1, MaxBytes: 255 << 20}, "max_items"},
		{fmt.Errorf("%w; before that: %w", &timeoutError{time.Minute}, &rest.Error{Status: 503}), "timeouts ="},
		{fmt.Errorf("%w; before that: %w", context.Canceled, &rest.Error{Status: 401}), ""},
	} {
		d := diagnose(coc.ExecutionInstances, tc.err)
		what, next, _ := strings.Cut(d.Detail(), "\n\n")
		if d.Summary() != "Cannot read COC execution instances" || what != tc.err.Error()+"." || !strings.Contains(next, tc.want) || (tc.want == "") != (next == "") {
			t.Errorf("%v: %s", tc.err, d.Detail())
		}
	}
}
