package provider

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// A request is one line at DEBUG: what was read, with its arguments, what support asks for, and nothing of a body.
func TestLogAttempt(t *testing.T) {
	const body = "web-0001 said: no space left"
	const form = "the answer is not JSON of the documented form"
	malformed := &rest.Error{Kind: rest.Malformed, Message: body, Err: errors.New(body)}
	for name, tc := range map[string]struct {
		err  error
		want string // the field error, empty if there is none
	}{
		"rows":               {nil, ""},
		"a code":             {&rest.Error{Kind: rest.BadRequest, Status: 400, Code: "COC.1", Message: body}, "400 Bad Request: COC.1"},
		"no page, and ended": {fmt.Errorf("%w; before that: %w", &timeoutError{time.Second}, malformed), form},
		"ended":              {&timeoutError{time.Second}, "the read did not end within 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			logAttempt(tflogtest.RootLogger(t.Context(), &log), rest.Attempt{
				Request: rest.Request{
					What: "tickets at offset 100", Path: "/v1/executions",
					Query: url.Values{"offset": {"100"}, "limit": {"7"}, "document_name": {"patch web"}, "step": {"a", "b"}},
				},
				Number: 2, Status: 200, Bytes: 4, Duration: 5 * time.Millisecond, RequestID: "id-1", Err: tc.err,
			})
			line := log.String()
			wantIn(t, "log", line, `"@level":"debug"`, `"request":"tickets at offset 100"`, `"path":"/v1/executions"`, `"offset":"100"`,
				`"limit":"7"`, `"document_name":"patch web"`, `"step":"a, b"`, `"attempt":2`, `"status":200`, `"bytes":4`, `"duration_ms":5`,
				`"request_id":"id-1"`)
			if tc.want != "" {
				wantIn(t, "log", line, `"error":"`+tc.want+`"`)
			} else {
				wantNotIn(t, "log", line, `"error"`)
			}
			wantNotIn(t, "log", line, "web-0001")
			wantEqual(t, "lines", strings.Count(line, "\n"), 1)
		})
	}
}
