package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// fieldsAttribute is the argument that says which fields are kept in the state. The holder has the fields.
func fieldsAttribute(holder string, of []rows.Field) schema.SetAttribute {
	var names []string
	for _, field := range of {
		names = append(names, field.Name)
	}
	return schema.SetAttribute{
		MarkdownDescription: "Keeps only these fields of " + holder + " in the state. The others are null. The provider " +
			"still reads all of them. Default: all fields.",
		ElementType: types.StringType,
		Optional:    true,
		Validators: []validator.Set{
			setvalidator.SizeAtLeast(1),
			setvalidator.NoNullValues(),
			setvalidator.ValueStringsAre(stringvalidator.OneOf(names...)),
		},
	}
}
