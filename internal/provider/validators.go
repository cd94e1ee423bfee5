package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// The validators that the framework's libraries lack.
var (
	_ validator.String = endpointValidator{}
	_ validator.String = durationValidator{}
	_ validator.String = idValidator{}
	_ validator.String = siteValidator{}
	_ validator.String = visibleValidator{}
)

// got quotes a value for the end of a message, and names the blanks in it, which are easily overlooked. It is not for secrets.
func got(value string) string { return fmt.Sprintf("got %q", value) + blanks(value) }

// blanks names the blanks and line ends around or in a value. It is empty if there are none, or nothing else.
func blanks(value string) string {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "":
		return ""
	case trimmed != value:
		return " with blanks or line ends around it"
	case strings.ContainsFunc(value, unicode.IsSpace):
		return " with blanks or line ends in it"
	}
	return ""
}

// visible matches a text that can be sent in an HTTP header unchanged, see auth.VisibleMessage.
var visible = regexp.MustCompile(`^[!-~]+$`)

// endpointValidator checks the form of an endpoint.
type endpointValidator struct {
	// isCOC tells that it is the endpoint of COC, see coc.CheckEndpoint.
	isCOC bool
}

func (endpointValidator) Description(context.Context) string { return "must be an https URL" }

func (v endpointValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v endpointValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	_, err := rest.ParseEndpoint(req.ConfigValue.ValueString())
	if v.isCOC {
		err = coc.CheckEndpoint(req.ConfigValue.ValueString())
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Malformed endpoint", fmt.Sprintf("%s: %s.", req.Path, err))
	}
}

// siteValidator checks the name of a site.
type siteValidator struct{}

func (siteValidator) Description(context.Context) string { return siteMessage }

func (v siteValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (siteValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	if _, ok := coc.SiteByName(name); !ok {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown site", fmt.Sprintf("%s %s, %s.", req.Path, siteMessage, got(name)))
	}
}

// visibleValidator checks that a value can be sent in an HTTP header. The validator of the framework's library quotes each value,
// and a value can be a secret.
type visibleValidator struct {
	// secret keeps the value out of the message.
	secret bool
}

func (visibleValidator) Description(context.Context) string { return auth.VisibleMessage }

func (v visibleValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v visibleValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || visible.MatchString(value) {
		return
	}
	seen := got(value)
	if v.secret {
		seen = "got one" + blanks(value)
		if blanks(value) == "" {
			seen = "which this one is not"
		}
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value", fmt.Sprintf("%s %s, %s.", req.Path, auth.VisibleMessage, seen))
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
			fmt.Sprintf("%s must be a duration above zero, such as 90s, 20m or 1h, %s.", req.Path, got(req.ConfigValue.ValueString())))
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
		problem = fmt.Sprintf("%s, %s: %s", v.must, got(value), v.empty)
	case trimmed != value:
		problem = fmt.Sprintf("%s, %s, which trimspace() removes", v.must, got(value))
	case blanks(value) != "":
		problem = fmt.Sprintf("%s, %s", v.must, got(value))
	case v.misfit != nil && v.misfit(value) != "":
		problem = fmt.Sprintf("got %q, which %s", value, v.misfit(value))
	default:
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value", fmt.Sprintf("%s %s.", req.Path, problem))
}
