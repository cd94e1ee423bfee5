package provider

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// What the libraries have no validator for.
var (
	_ validator.String = endpointValidator{}
	_ validator.String = durationValidator{}
)

// visible is what can travel in an HTTP header unchanged.
var visible = regexp.MustCompile(`^[!-~]+$`)

// regionID is the form of a region, such as cn-north-4.
var regionID = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

// noBlanks is the form of an id or a state of the service, of which no more is documented.
var noBlanks = regexp.MustCompile(`^\S+$`)

const (
	visibleMessage = "must be visible ASCII characters, at least one, without blanks or line ends"
	regionMessage  = "must look like cn-north-4: lower-case words and numbers, joined by dashes"
)

// endpointValidator checks the form of an endpoint.
type endpointValidator struct{}

func (endpointValidator) Description(context.Context) string { return "must be an https URL" }

func (v endpointValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (endpointValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := coc.ParseEndpoint(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Malformed endpoint", fmt.Sprintf("endpoint: %s.", err))
	}
}

// durationValidator checks for a time span above zero.
type durationValidator struct{}

func (durationValidator) Description(context.Context) string { return "must be a duration above zero" }

func (v durationValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (durationValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid timeout",
			fmt.Sprintf("%q is no duration above zero, such as 90s, 20m or 1h.", req.ConfigValue.ValueString()))
	}
}
