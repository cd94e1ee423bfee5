package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// logAttempt logs one attempt of a request, at DEBUG. The line holds no header and no part of a body.
func logAttempt(ctx context.Context, a rest.Attempt) {
	fields := map[string]any{
		"path": a.Request.Path, "offset": a.Request.Query.Get("offset"), "limit": a.Request.Query.Get("limit"), "attempt": a.Number, "status": a.Status, "rows": a.Rows, "bytes": a.Bytes,
		"duration_ms": a.Duration.Milliseconds(), "request_id": a.RequestID,
	}
	if a.Err != nil {
		fields["error"] = failure(a.Err)
	}
	tflog.Debug(ctx, "COC request", fields)
}

// failure describes an error without the parts of the body that the error quotes.
func failure(err error) string {
	var failed *rest.Error
	switch {
	case errors.Is(err, rest.ErrMalformed):
		return rest.ErrMalformed.Error()
	case errors.As(err, &failed) && failed.Code != "":
		return failed.Code
	case errors.As(err, &failed) && failed.Err != nil:
		return failed.Err.Error()
	case errors.As(err, &failed):
		return "refused"
	}
	return err.Error()
}
