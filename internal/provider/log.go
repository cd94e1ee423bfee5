package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// logAttempt logs one attempt of a request, at DEBUG. The line says what was read, with all arguments, so that you can
// tell apart reads that run at the same time. It holds no header and no part of a body.
func logAttempt(ctx context.Context, a rest.Attempt) {
	fields := map[string]any{}
	for name, values := range a.Request.Query {
		fields[name] = strings.Join(values, ", ")
	}
	fields["request"], fields["path"], fields["attempt"] = a.Request.What, a.Request.Path, a.Number
	fields["status"], fields["bytes"], fields["duration_ms"] = a.Status, a.Bytes, a.Duration.Milliseconds()
	fields["request_id"] = a.RequestID
	var failed *rest.Error
	if errors.As(a.Err, &failed) {
		fields["error"] = rest.Unquoted(failed)
	} else if a.Err != nil {
		fields["error"] = a.Err.Error()
	}
	tflog.Debug(ctx, "COC request", fields)
}
