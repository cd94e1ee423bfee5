package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var (
	_ validator.String = pathValidator{}
	_ validator.String = textValidator{}
	_ validator.Map    = tagsValidator{}
)

// segment matches an ID that can be a segment of the path of a request.
var segment = regexp.MustCompile(`^[\w-]+$`)

// pathValidator checks the form of an ID that becomes a segment of the path of a request.
type pathValidator struct{ idValidator }

func (v pathValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	before := len(resp.Diagnostics)
	v.idValidator.ValidateString(ctx, req, resp)
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || len(resp.Diagnostics) > before {
		return
	}
	if value := req.ConfigValue.ValueString(); !segment.MatchString(value) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
			fmt.Sprintf("%s %s of letters, digits, _ and - only, got %q.", req.Path, v.must, value))
	}
}

// textValidator refuses an empty text and a text with blanks around it. The service would look for the blanks, too.
type textValidator struct{}

func (textValidator) Description(context.Context) string {
	return "must be a text without blanks around it"
}

func (v textValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v textValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if value := req.ConfigValue.ValueString(); value == "" || strings.TrimSpace(value) != value {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
			fmt.Sprintf("%s %s, %s. Leave it out to ask for all.", req.Path, v.Description(ctx), got(value)))
	}
}

// tagsValidator refuses tags with commas or equals signs: the tags are sent as key=value,key=value, which has no escapes.
type tagsValidator struct{}

func (tagsValidator) Description(context.Context) string {
	return "must have keys and values without commas and equals signs, and no empty key"
}

func (v tagsValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v tagsValidator) ValidateMap(ctx context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	for key, element := range req.ConfigValue.Elements() {
		value, known := "", false
		if text, ok := element.(interface{ ValueString() string }); ok && !element.IsNull() && !element.IsUnknown() {
			value, known = text.ValueString(), true
		}
		if key == "" || strings.ContainsAny(key, ",=") || known && strings.ContainsAny(value, ",=") {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid attribute value",
				fmt.Sprintf("%s %s, as they are sent as key=value,key=value: got %q with the value %q.", req.Path, v.Description(ctx), key, value))
		}
	}
}
