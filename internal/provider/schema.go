package provider

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// listSchema makes the schema of a list's data source: the arguments that all lists have, the list's own arguments, and
// the results.
func listSchema(ctx context.Context, list *coc.List) schema.Schema {
	s := schema.Schema{
		MarkdownDescription: list.Doc,
		Attributes: map[string]schema.Attribute{
			"limit": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("Number of rows to ask for in one page, 1 to %d. All pages are read, "+
					"whatever the limit is. Default: `%d`.", maxLimit(list), list.DefaultLimit()),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(1, maxLimit(list))},
			},
			"statuses": schema.SetAttribute{
				MarkdownDescription: "Keeps only the rows with one of these statuses, in upper or lower case: `" +
					strings.Join(list.Statuses, "`, `") + "`, or another status of the service. All pages are still read.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1),
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(
						wordValidator("must be a status such as Failed", "leave statuses out to keep all rows")),
				},
			},
			"max_items": schema.Int64Attribute{
				MarkdownDescription: "Ends the read as soon as this many rows are kept, 1 or more. The rest is not read, " +
					"and does not count as missing. Default: all rows.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"fields":   fieldsAttribute("a row", list.Table.Fields),
			"timeouts": timeoutsAttribute(ctx, "all its pages and retries"),
			"data":     objects("The "+list.Rows+", in the service's order.", list.Table.Fields),
			"status_counts": schema.MapAttribute{
				MarkdownDescription: "Number of distinct rows in each status. Counts all rows that were read, even those " +
					"that `statuses` drops. Rows without a status are counted under the key `\"\"`. Null if `max_items` ended " +
					"the read, because there may be more rows.",
				ElementType: types.Int64Type,
				Computed:    true,
			},
			"total": schema.Int64Attribute{
				MarkdownDescription: "Number of " + list.Rows + ", as the service counts them.", Computed: true,
			},
			"error_code": schema.StringAttribute{
				MarkdownDescription: "The code that the service sent with the rows, usually null.", Computed: true,
			},
			"error_msg": schema.StringAttribute{
				MarkdownDescription: "The message that the service sent with the rows, usually null.", Computed: true,
			},
		},
	}
	if list.Marker == "" {
		s.Attributes["offset"] = schema.Int64Attribute{
			MarkdownDescription: "Index of the first row to read, from 0. Default: `0`.",
			Optional:            true,
			Validators:          []validator.Int64{int64validator.Between(0, math.MaxInt32)},
		}
	}
	if flat := list.Flat(); flat != "" {
		s.Attributes["property_paths"] = schema.SetAttribute{
			MarkdownDescription: "Keeps only the entries of `" + flat + "` with exactly these paths, such as `" +
				examplePath(list) + "`. A path that a row lacks is not in its map. An empty set keeps none. Default: all " +
				"entries.",
			ElementType: types.StringType,
			Optional:    true,
			Validators: []validator.Set{
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
			},
		}
	}
	if len(list.Newest) > 0 {
		s.Attributes["most_recent"] = schema.BoolAttribute{
			MarkdownDescription: "Keeps one row: the one that started last, of those that fit all other arguments. All " +
				"pages are still read, because the order of the list is not documented. Default: `false`.",
			Optional:   true,
			Validators: []validator.Bool{mostRecentValidator{"must not be true together with max_items"}},
		}
	}
	for i := range list.Arguments {
		s.Attributes[list.Arguments[i].Name] = argumentAttribute(&list.Arguments[i])
	}
	return s
}

// examplePath is the example for property_paths.
func examplePath(list *coc.List) string {
	if list == coc.ScriptOrders {
		return "region_ids"
	}
	return "properties.host_name"
}

// maxLimit is the largest limit that a list accepts. If none is documented, it keeps a page from being too large.
func maxLimit(list *coc.List) int64 { return cmp.Or(list.MaxLimit, 1000) }

// attributes makes the schema's attributes for the fields of a row.
func attributes(fields []rows.Field) map[string]schema.Attribute {
	all := make(map[string]schema.Attribute, len(fields))
	for _, field := range fields {
		switch field.Kind {
		case rows.Integer:
			all[field.Name] = schema.Int64Attribute{MarkdownDescription: field.Doc, Computed: true}
		case rows.Text, rows.Value:
			all[field.Name] = schema.StringAttribute{MarkdownDescription: field.Doc, Computed: true}
		case rows.Values:
			all[field.Name] = schema.ListAttribute{MarkdownDescription: field.Doc, ElementType: types.StringType, Computed: true}
		case rows.Flat:
			all[field.Name] = schema.MapAttribute{MarkdownDescription: field.Doc, ElementType: types.StringType, Computed: true}
		case rows.Objects:
			all[field.Name] = objects(field.Doc, field.Of)
		}
	}
	return all
}

// objects makes a list of objects. It is not a nested attribute, because Terraform's mocks (mock_provider and
// override_data) cannot fill those. Its description describes the fields, as nested attributes would.
func objects(doc string, fields []rows.Field) schema.ListAttribute {
	of := map[string]attr.Type{}
	for name, attribute := range attributes(fields) {
		of[name] = attribute.GetType()
	}
	return schema.ListAttribute{
		// tfplugindocs appends a link to the description: the last sentence keeps it off the last field.
		MarkdownDescription: doc + " Each element has:" + fieldList("\n  ", fields) + "\n\n  The names are the API's.",
		ElementType:         types.ObjectType{AttrTypes: of},
		Computed:            true,
	}
}

// fieldList is a Markdown list of fields. Each line begins with indent, as the list is part of another one.
func fieldList(indent string, fields []rows.Field) string {
	var b strings.Builder
	for _, field := range fields {
		b.WriteString(indent + "- `" + field.Name + "`: " + field.Doc + fieldList(indent+"  ", field.Of))
	}
	return b.String()
}

// timeoutsAttribute is the attribute timeouts of the library, with the Markdown descriptions that the library lacks.
// whole says what the time covers.
func timeoutsAttribute(ctx context.Context, whole string) schema.Attribute {
	attribute := timeouts.Attributes(ctx)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long the read may take."
		nested.Attributes["read"] = schema.StringAttribute{
			MarkdownDescription: "Time for the whole read with " + whole + ", as a " +
				"[duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or `1h`. Default: `20m`.",
			Optional:   true,
			Validators: []validator.String{durationValidator()},
		}
		return nested
	}
	return attribute
}
