package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// The validators that the framework's libraries lack.
var (
	_ validator.String = endpointValidator{}
	_ validator.String = durationValidator{}
	_ validator.String = idValidator{}
)

// visible matches a text that can be sent in an HTTP header unchanged, see auth.VisibleMessage.
var visible = regexp.MustCompile(`^[!-~]+$`)

// endpointValidator checks the form of an endpoint.
type endpointValidator struct{}

func (endpointValidator) Description(context.Context) string { return "must be an https URL" }

func (v endpointValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (endpointValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := rest.ParseEndpoint(req.ConfigValue.ValueString()); err != nil {
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

// idValidator checks that an ID or a state is not empty and has no blanks. The API does not document more of their form.
type idValidator struct {
	// must says what the value must be. empty ends the error message for an empty value: what it would do, or what to do instead.
	must, empty string
	// misfit, if set, returns a message for a value that looks like something else, and otherwise an empty text.
	misfit func(string) string
}

func (v idValidator) Description(context.Context) string { return v.must }

func (v idValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v idValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueString()
	var problem string
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "":
		problem = fmt.Sprintf("%s, got %q: %s", v.must, value, v.empty)
	case trimmed != value:
		problem = fmt.Sprintf("%s, got %q with blanks or line ends around it, which trimspace() removes", v.must, value)
	case strings.ContainsFunc(value, unicode.IsSpace):
		problem = fmt.Sprintf("%s, got %q with blanks or line ends in it", v.must, value)
	case v.misfit != nil && v.misfit(value) != "":
		problem = fmt.Sprintf("got %q, which %s", value, v.misfit(value))
	default:
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value", fmt.Sprintf("%s %s.", req.Path, problem))
}
