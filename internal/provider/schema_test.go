package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

func TestSchemas(t *testing.T) {
	var p provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &p)
	if diags := p.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	for _, newDataSource := range new(cocProvider).DataSources(t.Context()) {
		var d datasource.SchemaResponse
		newDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &d)
		if diags := d.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Error(diags)
		}
		for name, a := range d.Schema.Attributes {
			if argument := a.IsRequired() || a.IsOptional(); argument == a.IsComputed() {
				t.Errorf("%s: got an argument: %t, a result: %t, want one of the two", name, argument, a.IsComputed())
			}
		}
	}
}

// Of the fields of objects, the description of their list has the descriptions, in the order of the table. Its last line is none of theirs,
// as tfplugindocs appends a link.
func TestObjectDescriptions(t *testing.T) {
	field := coc.Executions.Table.Fields[len(coc.Executions.Table.Fields)-1]
	const want = "What the job works on. Each element has:\n  - `key`: What the values are.\n" +
		"  - `values`: The targets. One that is no text is its JSON, for `jsondecode`.\n\n  The names are the API's."
	if got := objects(field.Doc, field.Of).MarkdownDescription; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	rest := listSchema(t.Context(), coc.Executions).Attributes["data"].GetMarkdownDescription()
	for _, field := range coc.Executions.Table.Fields {
		var ok bool
		if _, rest, ok = strings.Cut(rest, "\n  - `"+field.Name+"`: "+field.Doc+"\n"); !ok {
			t.Fatalf("got no description of %s in its place, want %q", field.Name, field.Doc)
		}
		rest = "\n" + rest
	}
}

// The model and the schema of the provider block have the same attributes of the same types.
func TestModelMatchesSchema(t *testing.T) {
	var p provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &p)
	config := tfsdk.Config{Schema: p.Schema, Raw: ofNulls(t, p.Schema.Type().TerraformType(t.Context()))}
	if diags := config.Get(t.Context(), &providerModel{}); diags.HasError() {
		t.Error(diags)
	}
}

// ofNulls is an object whose attributes are all null.
func ofNulls(t *testing.T, typ tftypes.Type) tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range typ.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	return tftypes.NewValue(typ, values)
}

// Terraform's own help and the registry's page come from the descriptions: each attribute has one, in Markdown.
func TestDescriptions(t *testing.T) {
	_, schemas := newServer(t)
	var check func(at string, attributes []*tfprotov6.SchemaAttribute)
	check = func(at string, attributes []*tfprotov6.SchemaAttribute) {
		for _, a := range attributes {
			if a.Description == "" || a.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s.%s has no Markdown description", at, a.Name)
			}
			if a.NestedType != nil {
				check(at+"."+a.Name, a.NestedType.Attributes)
			}
		}
	}
	check("provider", schemas.Provider.Block.Attributes)
	for _, nested := range schemas.Provider.Block.BlockTypes {
		if nested.Block.Description == "" {
			t.Errorf("%s has no description", nested.TypeName)
		}
		check(nested.TypeName, nested.Block.Attributes)
	}
	for name, s := range schemas.DataSourceSchemas {
		if s.Block.Description == "" {
			t.Errorf("%s has no description", name)
		}
		check(name, s.Block.Attributes)
	}
	for name, f := range schemas.Functions {
		if f.Summary == "" || f.Description == "" || f.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s has no summary, or no Markdown description", name)
		}
		for _, p := range f.Parameters {
			if p.Description == "" || p.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s: %s has no Markdown description", name, p.Name)
			}
		}
	}
}

// Secrets are sensitive, so that Terraform shows them nowhere.
func TestSensitive(t *testing.T) {
	_, schemas := newServer(t)
	sensitive := map[string]bool{"access_key": true, "secret_key": true, "security_token": true, "token": true}
	for _, a := range schemas.Provider.Block.Attributes {
		if a.Sensitive != sensitive[a.Name] {
			t.Errorf("%s: got sensitive %t, want %t", a.Name, a.Sensitive, !a.Sensitive)
		}
	}
	for _, nested := range schemas.Provider.Block.BlockTypes {
		for _, a := range nested.Block.Attributes {
			if a.Sensitive != (a.Name == "id_token") {
				t.Errorf("%s.%s: got sensitive %t, want %t", nested.TypeName, a.Name, a.Sensitive, !a.Sensitive)
			}
		}
	}
}
