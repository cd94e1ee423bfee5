package provider

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// The validators that the framework's libraries lack.
var (
	_ validator.String = textValidator{}
	_ validator.Int64  = millisecondsValidator{}
	_ validator.Bool   = mostRecentValidator{}
	_ validator.Map    = tagsValidator{}
)

// got quotes a value and names the blanks in it, which are easily overlooked. The value must not be a secret.
func got(value string) string { return fmt.Sprintf("got %q", value) + blanks(value) }

// blanks names the blanks and line ends around or in a value. The result is empty if there are none, or if the
// value is nothing else.
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

// must says what a value must be, after the attribute's name. It describes a validator.
type must string

func (m must) Description(context.Context) string         { return string(m) }
func (m must) MarkdownDescription(context.Context) string { return string(m) }

// textValidator checks a text. The library's validators quote every value, and a value can be a secret.
type textValidator struct {
	must
	summary string // of the diagnostic; "Invalid attribute value" if empty
	// empty says what to do instead of an empty string. If it is set, a text has no blanks around it.
	empty string
	ok    func(text string) bool // if it is false, the message quotes the text
	// check returns what is wrong with a text, to follow the attribute's name, or an empty string.
	check func(text string) string
}

func (v textValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := v.problem(req.ConfigValue.ValueString()); problem != "" {
		summary := cmp.Or(v.summary, "Invalid attribute value")
		resp.Diagnostics.AddAttributeError(req.Path, summary, req.Path.String()+problem+".")
	}
}

func (v textValidator) problem(text string) string {
	switch trimmed := strings.TrimSpace(text); {
	case v.empty != "" && trimmed == "":
		return fmt.Sprintf(" %s, %s: %s", v.must, got(text), v.empty)
	case v.empty != "" && trimmed != text:
		return fmt.Sprintf(" %s, %s, which trimspace() removes", v.must, got(text))
	case v.ok != nil && !v.ok(text):
		return fmt.Sprintf(" %s, %s", v.must, got(text))
	case v.check != nil:
		return v.check(text)
	}
	return ""
}

func endpointValidator(check func(endpoint string) error) textValidator {
	return textValidator{summary: "Malformed endpoint", must: "must be an https URL", check: func(text string) string {
		if err := check(text); err != nil {
			return fmt.Sprintf(": %s", err)
		}
		return ""
	}}
}

func checkEndpoint(endpoint string) error {
	_, err := rest.ParseEndpoint(endpoint)
	return err
}

// isVisible reports whether a text can be sent in an HTTP header unchanged.
func isVisible(text string) bool { return text != "" && auth.Visible(text) }

// visibleValidator checks that a text can be sent in an HTTP header. The message does not quote a secret.
func visibleValidator(secret bool) textValidator {
	if !secret {
		return textValidator{must: auth.VisibleMessage, ok: isVisible}
	}
	return textValidator{must: auth.VisibleMessage, check: func(text string) string {
		switch around := blanks(text); {
		case isVisible(text):
			return ""
		case around != "":
			return " " + auth.VisibleMessage + ", got one" + around
		}
		return " " + auth.VisibleMessage + ", which this one is not"
	}}
}

func durationValidator() textValidator {
	return textValidator{must: "must be a duration above zero, such as 90s, 20m or 1h", ok: func(text string) bool {
		d, err := time.ParseDuration(text)
		return err == nil && d > 0
	}}
}

// wordValidator checks that an ID or a status has no blanks and is not empty. The API documents nothing else about
// their form.
func wordValidator(what must, empty string) textValidator {
	return textValidator{must: what, empty: empty, ok: func(text string) bool { return blanks(text) == "" }}
}

// segment matches an ID that can be a segment of a request's path.
var segment = regexp.MustCompile(`^[\w-]+$`)

// idValidator checks an argument's ID.
func idValidator(argument *coc.Argument) textValidator {
	v := wordValidator("must be an ID", argument.Problem)
	v.check = func(id string) string {
		if misfit := argument.Misfit(id); misfit != "" {
			return fmt.Sprintf(" is %q, which %s", id, misfit)
		}
		if argument.InPath && !segment.MatchString(id) {
			return fmt.Sprintf(" %s of letters, digits, _ and - only, %s", v.must, got(id))
		}
		return ""
	}
	return v
}

// millisecondsValidator rejects a time in seconds. As milliseconds it would be in the first weeks of 1970, and a filter
// by it would keep every row or none.
type millisecondsValidator struct{ must }

func (v millisecondsValidator) ValidateInt64(
	_ context.Context, req validator.Int64Request, resp *validator.Int64Response,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if n := req.ConfigValue.ValueInt64(); n >= 0 && n < 100_000_000_000 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
			fmt.Sprintf("%s %s since 1970-01-01 UTC, and %d looks like seconds: multiply it by 1000, or convert a time in "+
				"RFC 3339 with provider::coc::milliseconds.", req.Path, v.must, n))
	}
}

// mostRecentValidator rejects max_items together with most_recent = true, which keeps one row.
type mostRecentValidator struct{ must }

func (mostRecentValidator) ValidateBool(ctx context.Context, req validator.BoolRequest, resp *validator.BoolResponse) {
	var maxItems types.Int64
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("max_items"), &maxItems)...)
	if req.ConfigValue.ValueBool() && !maxItems.IsNull() && !maxItems.IsUnknown() {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute combination",
			req.Path.String()+" keeps one row, so you cannot set max_items with it. Remove one of the two.")
	}
}

// tagsValidator rejects what the form key=value,key=value cannot hold. That form has no escapes.
type tagsValidator struct{ must }

func (v tagsValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	for key, element := range req.ConfigValue.Elements() {
		value, _ := element.(types.String) // its text is empty if it is null or unknown
		if text := value.ValueString(); key == "" || strings.ContainsAny(key+text, ",=") {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
				fmt.Sprintf("%s %s, because they are sent as key=value,key=value: got the key %q with the value %q.",
					req.Path, v.must, key, text))
		}
	}
}
