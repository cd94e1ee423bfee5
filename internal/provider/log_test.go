package provider

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// A request is one line at DEBUG, with what support asks for and nothing of a body, whatever an error quotes of it.
func TestLogAttempt(t *testing.T) {
	const body = "web-0001 said: no space left"
	for name, tc := range map[string]struct {
		err  error
		want string // the field error, empty if there is none
	}{
		"rows":               {nil, ""},
		"a code":             {&rest.Error{Status: 400, Code: "COC.1", Message: body}, `"error":"COC.1"`},
		"no code":            {&rest.Error{Status: 502, Message: body}, `"error":"refused"`},
		"no page":            {&rest.Error{Status: 200, Message: body, Err: fmt.Errorf("%w: %s", rest.ErrMalformed, body)}, `"error":"the answer is not JSON of the documented form"`},
		"no page, and ended": {fmt.Errorf("%w; before that: %w", &timeoutError{time.Second}, &rest.Error{Err: fmt.Errorf("%w: %s", rest.ErrMalformed, body)}), `"error":"the answer is not JSON of the documented form"`},
		"the network":        {&rest.Error{Err: rest.ErrAttemptTimeout}, `"error":"no complete answer within 1m0s"`},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			logAttempt(tflogtest.RootLogger(t.Context(), &log), rest.Attempt{
				Request: rest.Request{Path: "/v1/executions/instances", Query: url.Values{"offset": {"100"}, "limit": {"7"}}},
				Number:  2, Status: 200, Rows: 3, Bytes: 4, Duration: 5 * time.Millisecond, RequestID: "id-1", Err: tc.err,
			})
			line := log.String()
			for _, part := range []string{`"@level":"debug"`, `"path":"/v1/executions/instances"`, `"offset":"100"`, `"limit":"7"`, `"attempt":2`, `"status":200`, `"rows":3`, `"bytes":4`, `"duration_ms":5`, `"request_id":"id-1"`, tc.want} {
				if !strings.Contains(line, part) {
					t.Errorf("no %s in %s", part, line)
				}
			}
			if strings.Contains(line, "web-0001") || strings.Contains(line, `"error"`) != (tc.want != "") || strings.Count(line, "\n") != 1 {
				t.Errorf("%s", line)
			}
		})
	}
}
