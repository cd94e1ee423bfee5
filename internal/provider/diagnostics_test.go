package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

func TestDiagnose(t *testing.T) {
	total := int64(250)
	for _, tc := range []struct {
		err  error
		want string // what to do next; empty if there is nothing
	}{
		{&coc.Error{Status: 401, Code: "APIGW.0301"}, "this machine's clock"},
		{&coc.Error{Status: 403}, "coc:execution:listExecutionStepInstance"},
		{&coc.Error{Status: 404}, "endpoint and region"},
		{&coc.Error{Status: 429}, "-parallelism=1"},
		{&coc.Error{Status: 400, RequestID: "id"}, "execution_step_id, which begins with EXS"},
		{&coc.Error{Status: 500, RequestID: "id"}, "give the request id to the vendor's support"},
		{&coc.Error{Err: coc.ErrAttemptTimeout}, "network, firewall and proxy"},
		{&coc.Error{Err: fmt.Errorf("%w: x", coc.ErrCredentials)}, "which source they are from"},
		{&coc.Error{Err: fmt.Errorf("%w: 407", coc.ErrProxy)}, "407 wants a user and password"},
		{&coc.Error{Status: 500}, "Try again later"},
		{&coc.Error{Err: fmt.Errorf("%w: x", coc.ErrTLS)}, "cacert_file"},
		{&coc.Error{Err: fmt.Errorf("%w: x", coc.ErrUnknownHost)}, "DNS"},
		{&coc.Error{Status: 302, Err: coc.ErrRedirect}, "not sent elsewhere"},
		{&coc.Error{Status: 200, Err: fmt.Errorf("%w: x", coc.ErrMalformed)}, "Something else than COC may have answered"},
		{&coc.Error{Status: 200, Err: coc.ErrPageTooLarge}, "set limit to a lower number"},
		{&coc.IncompleteError{Rows: 249, Total: &total, Passes: 3}, "No row was taken"},
		{&coc.TooLargeError{Rows: 1, MaxBytes: 255 << 20}, "max_items"},
		{fmt.Errorf("%w; before that: %w", &timeoutError{time.Minute}, &coc.Error{Status: 503}), "timeouts ="},
		{fmt.Errorf("%w; before that: %w", context.Canceled, &coc.Error{Status: 401}), ""},
	} {
		d := diagnose(tc.err)
		what, next, _ := strings.Cut(d.Detail(), "\n\n")
		if d.Summary() != summary || what != tc.err.Error()+"." || !strings.Contains(next, tc.want) || (tc.want == "") != (next == "") {
			t.Errorf("%v: %s", tc.err, d.Detail())
		}
	}
}
