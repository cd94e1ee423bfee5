package provider

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

const tagsForm = "must have keys and values without commas or equals signs, and no empty key"

// argumentAttribute makes the schema's attribute for an argument of a list.
func argumentAttribute(argument *coc.Argument) schema.Attribute {
	switch argument.Kind {
	case coc.ID:
		return schema.StringAttribute{
			MarkdownDescription: argument.Doc, Optional: !argument.InPath, Required: argument.InPath,
			Validators: []validator.String{idValidator(argument)},
		}
	case coc.IDs:
		return schema.SetAttribute{
			MarkdownDescription: argument.Doc, Optional: true, ElementType: types.StringType,
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(idValidator(argument)),
			},
		}
	case coc.Text:
		return schema.StringAttribute{
			MarkdownDescription: argument.Doc, Optional: true,
			Validators: []validator.String{
				textValidator{must: "must be a name without blanks around it", empty: "leave it out to ask for all"},
			},
		}
	case coc.Bool:
		return schema.BoolAttribute{MarkdownDescription: argument.Doc, Optional: true}
	case coc.Milliseconds:
		return schema.Int64Attribute{
			MarkdownDescription: argument.Doc + " [provider::coc::milliseconds](../functions/milliseconds.md) converts a " +
				"time in RFC 3339.",
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(0), millisecondsValidator{"must be in milliseconds"}},
		}
	case coc.Tags:
		return schema.MapAttribute{
			MarkdownDescription: argument.Doc, Optional: true, ElementType: types.StringType,
			Validators: []validator.Map{mapvalidator.SizeAtLeast(1), mapvalidator.NoNullValues(), tagsValidator{tagsForm}},
		}
	}
	return nil
}

// argumentValues returns the values of an argument for the query of a request, or none if the argument is not set.
func argumentValues(
	ctx context.Context, config tfsdk.Config, argument *coc.Argument,
) (values []string, diags diag.Diagnostics) {
	at := path.Root(argument.Name)
	switch argument.Kind {
	case coc.ID, coc.Text:
		var text types.String
		if diags = config.GetAttribute(ctx, at, &text); !text.IsNull() {
			values = []string{text.ValueString()}
		}
	case coc.IDs:
		var ids types.Set
		diags = config.GetAttribute(ctx, at, &ids)
		diags.Append(ids.ElementsAs(ctx, &values, false)...)
		slices.Sort(values)
	case coc.Bool:
		var flag types.Bool
		if diags = config.GetAttribute(ctx, at, &flag); !flag.IsNull() {
			values = []string{strconv.FormatBool(flag.ValueBool())}
		}
	case coc.Milliseconds:
		var n types.Int64
		if diags = config.GetAttribute(ctx, at, &n); !n.IsNull() {
			values = []string{strconv.FormatInt(n.ValueInt64(), 10)}
		}
	case coc.Tags:
		var tags types.Map
		diags = config.GetAttribute(ctx, at, &tags)
		pairs := map[string]string{}
		diags.Append(tags.ElementsAs(ctx, &pairs, false)...)
		if len(pairs) > 0 {
			var sent []string
			for _, key := range slices.Sorted(maps.Keys(pairs)) {
				sent = append(sent, key+"="+pairs[key])
			}
			values = []string{strings.Join(sent, ",")}
		}
	default:
		addBug(&diags, "The argument %s has the unknown kind %d.", argument.Name, argument.Kind)
	}
	return values, diags
}
