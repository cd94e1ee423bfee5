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

// got quotes a value for the end of a message, and names the blanks in it, which are easily overlooked. It is not for
// secrets.
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

// textValidator checks a text. The validators of the framework's library quote every value, and a value can be a
// secret.
type textValidator struct {
	summary string // of the diagnostic; "Invalid attribute value" if empty
	must    string // what the text must be; it follows the attribute's name
	// empty is what an empty text would do, or what to do instead. A text that has this has no blanks around it.
	empty string
	// check returns what is wrong with a text, to follow the attribute's name. It returns an empty text if nothing is.
	check func(text string) string
}

func (v textValidator) Description(context.Context) string { return v.must }

func (v textValidator) MarkdownDescription(context.Context) string { return v.must }

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
	case v.check != nil:
		return v.check(text)
	}
	return ""
}

// thatIs returns a check whose message quotes the text.
func thatIs(must string, ok func(text string) bool) func(string) string {
	return func(text string) string {
		if ok(text) {
			return ""
		}
		return fmt.Sprintf(" %s, %s", must, got(text))
	}
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

func siteValidator() textValidator {
	return textValidator{summary: "Unknown site", must: siteMessage, check: thatIs(siteMessage, func(name string) bool {
		_, ok := coc.SiteByName(name)
		return ok
	})}
}

// isVisible reports whether a text can be sent in an HTTP header unchanged.
func isVisible(text string) bool { return text != "" && auth.Visible(text) }

// visibleValidator checks that a text can be sent in an HTTP header. The message does not quote a secret.
func visibleValidator(secret bool) textValidator {
	check := thatIs(auth.VisibleMessage, isVisible)
	if secret {
		check = func(text string) string {
			switch around := blanks(text); {
			case isVisible(text):
				return ""
			case around != "":
				return " " + auth.VisibleMessage + ", got one" + around
			}
			return " " + auth.VisibleMessage + ", which this one is not"
		}
	}
	return textValidator{must: auth.VisibleMessage, check: check}
}

func durationValidator() textValidator {
	const must = "must be a duration above zero, such as 90s, 20m or 1h"
	return textValidator{must: must, check: thatIs(must, func(text string) bool {
		d, err := time.ParseDuration(text)
		return err == nil && d > 0
	})}
}

// wordValidator checks that an ID or a status is not empty and has no blanks. The API does not document more of their
// form.
func wordValidator(must, empty string) textValidator {
	noBlanks := func(text string) bool { return blanks(text) == "" }
	return textValidator{must: must, empty: empty, check: thatIs(must, noBlanks)}
}

// segment matches an ID that can be a segment of the path of a request.
var segment = regexp.MustCompile(`^[\w-]+$`)

// idValidator checks an argument's ID.
func idValidator(argument *coc.Argument) textValidator {
	v := wordValidator("must be an ID", argument.Problem)
	word, inPath := v.check, thatIs(v.must+" of letters, digits, _ and - only", segment.MatchString)
	v.check = func(id string) string {
		problem := word(id)
		if misfit := argument.Misfit(id); problem == "" && misfit != "" {
			problem = fmt.Sprintf(" is %q, which %s", id, misfit)
		}
		if problem == "" && argument.InPath {
			problem = inPath(id)
		}
		return problem
	}
	return v
}

// millisecondsValidator rejects a time in seconds. As milliseconds it would be in the first weeks of 1970, and a filter
// by it would keep every row or none.
type millisecondsValidator struct{}

func (millisecondsValidator) Description(context.Context) string { return "must be in milliseconds" }

func (v millisecondsValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (millisecondsValidator) ValidateInt64(
	_ context.Context, req validator.Int64Request, resp *validator.Int64Response,
) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if n := req.ConfigValue.ValueInt64(); n >= 0 && n < 100_000_000_000 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
			fmt.Sprintf("%s must be in milliseconds since 1970-01-01 UTC, and %d looks like seconds: multiply it by 1000, or "+
				"let the function provider::coc::milliseconds make them from a time in RFC 3339.", req.Path, n))
	}
}

// mostRecentValidator rejects max_items together with most_recent = true, which keeps one row.
type mostRecentValidator struct{}

func (mostRecentValidator) Description(context.Context) string {
	return "must not be true together with max_items"
}

func (v mostRecentValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (mostRecentValidator) ValidateBool(ctx context.Context, req validator.BoolRequest, resp *validator.BoolResponse) {
	var maxItems types.Int64
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("max_items"), &maxItems)...)
	if req.ConfigValue.ValueBool() && !maxItems.IsNull() && !maxItems.IsUnknown() {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute combination",
			fmt.Sprintf("%s keeps one row of all, so that max_items cannot be set with it. Leave one of the two out.",
				req.Path))
	}
}

// tagsValidator rejects tags with commas or equals signs: the tags are sent as key=value,key=value, which has no
// escapes.
type tagsValidator struct{}

func (tagsValidator) Description(context.Context) string {
	return "must have keys and values without commas and equals signs, and no empty key"
}

func (v tagsValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v tagsValidator) ValidateMap(ctx context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	for key, element := range req.ConfigValue.Elements() {
		value, _ := element.(types.String) // its text is empty if it is null or unknown
		if text := value.ValueString(); key == "" || strings.ContainsAny(key+text, ",=") {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
				fmt.Sprintf("%s %s, as they are sent as key=value,key=value: got %q with the value %q.",
					req.Path, v.Description(ctx), key, text))
		}
	}
}
