package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
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
		"  - `values`: The targets. One that is not a string is its JSON, for `jsondecode`.\n\n  The names are the API's."
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

// ofNulls is an object whose attributes are all null.
func ofNulls(t *testing.T, typ tftypes.Type) tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range typ.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	return tftypes.NewValue(typ, values)
}

// Terraform's own help and the registry's page come from the descriptions: whatever has a name has one, in Markdown. Secrets are sensitive,
// so that Terraform shows them nowhere.
func TestDescriptions(t *testing.T) {
	_, schemas := newServer(t)
	var sensitive []string
	described := func(name, description string, kind tfprotov6.StringKind) {
		if description == "" || kind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s: got the description %q of the kind %s, want one in Markdown", name, description, kind)
		}
	}
	var check func(at string, attributes []*tfprotov6.SchemaAttribute)
	check = func(at string, attributes []*tfprotov6.SchemaAttribute) {
		for _, a := range attributes {
			name := at + "." + a.Name
			described(name, a.Description, a.DescriptionKind)
			if a.Sensitive {
				sensitive = append(sensitive, name)
			}
			if a.NestedType != nil {
				check(name, a.NestedType.Attributes)
			}
		}
	}
	blocks := map[string]*tfprotov6.SchemaBlock{}
	for _, nested := range schemas.Provider.Block.BlockTypes {
		blocks[nested.TypeName] = nested.Block
	}
	for name, s := range schemas.DataSourceSchemas {
		blocks[name] = s.Block
	}
	for name, b := range blocks {
		described(name, b.Description, b.DescriptionKind)
		check(name, b.Attributes)
	}
	check("provider", schemas.Provider.Block.Attributes)
	for name, f := range schemas.Functions {
		described(name, f.Summary, f.DescriptionKind)
		described(name, f.Description, f.DescriptionKind)
		for _, p := range f.Parameters {
			described(name+" "+p.Name, p.Description, p.DescriptionKind)
		}
	}
	slices.Sort(sensitive)
	wantEqual(t, "sensitive attributes", sensitive, []string{
		"assume_role_with_oidc.id_token", "provider.access_key", "provider.secret_key", "provider.security_token", "provider.token",
	})
}
