package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

var (
	_ datasource.DataSource              = (*singleDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*singleDataSource)(nil)
)

// single is a data source that reads one run by its ID, and can wait for its end.
type single struct {
	*topic
	doc, waitDoc string       // of the data source, and of its argument wait_for_completion
	id           coc.Argument // names what is read
	fields       []rows.Field // of the answer
	more         map[string]schema.Attribute
	// read reads what has the ID.
	read func(ctx context.Context, client *rest.Client, id string, wait bool) (*found, error)
}

// found is what a single has read.
type found struct {
	encoded  []byte                   // the fields, in Terraform's encoding
	more     map[string]tftypes.Value // of the other attributes
	errorMsg string                   // what came with it, usually empty
}

// singleDataSource is the data source of a single.
type singleDataSource struct {
	*single
	connection *connection
}

func newSingleDataSource(of *single) func() datasource.DataSource {
	return func() datasource.DataSource { return &singleDataSource{single: of} }
}

func (d *singleDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_" + d.name
}

func (d *singleDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes(d.fields)
	maps.Copy(all, d.more)
	all[d.id.Name] = argumentAttribute(&d.id)
	all["wait_for_completion"] = schema.BoolAttribute{MarkdownDescription: d.waitDoc, Optional: true}
	all["fields"] = fieldsAttribute("the "+d.what, d.fields)
	all["timeouts"] = timeoutsAttribute(ctx, "its retries, and with the wait for the "+d.what+"'s end")
	resp.Schema = schema.Schema{MarkdownDescription: d.doc, Attributes: all}
}

func (d *singleDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.connection = configured(req, resp)
}

func (d *singleDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var (
		id     types.String
		wait   types.Bool
		fields types.Set
		limits timeouts.Value
		kept   []string
	)
	for name, target := range map[string]any{
		d.id.Name: &id, "wait_for_completion": &wait, "fields": &fields, "timeouts": &limits,
	} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
	resp.Diagnostics.Append(fields.ElementsAs(ctx, &kept, false)...)
	timeout, diags := limits.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.connection == nil {
		addBug(&resp.Diagnostics, "The data source is read before the provider is configured.")
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{timeout})
	defer cancel()
	got, err := d.read(ctx, d.connection.client, id.ValueString(), wait.ValueBool())
	if err != nil {
		resp.Diagnostics.Append(d.diagnose(id.ValueString(), d.connection.origin, err))
		return
	}
	if got.errorMsg != "" {
		resp.Diagnostics.Append(messageWith(d.what, got.errorMsg))
	}
	state, err := d.state(ctx, req.Config, got, kept)
	if err != nil {
		addBug(&resp.Diagnostics, "The %s cannot be put into the state: %v.", d.what, err)
		return
	}
	resp.State.Raw = state
}

// state returns the state: the configuration, with the kept fields of what was read, or all of them. The ID stays as it
// is in the configuration, since the answer may lack it.
func (d *singleDataSource) state(
	ctx context.Context, config tfsdk.Config, got *found, kept []string,
) (tftypes.Value, error) {
	var values, row map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		return tftypes.Value{}, err
	}
	fields := make(map[string]tftypes.Type, len(d.fields))
	for _, field := range d.fields {
		fields[field.Name] = values[field.Name].Type()
	}
	decoded, err := tfprotov6.DynamicValue{MsgPack: got.encoded}.Unmarshal(tftypes.Object{AttributeTypes: fields})
	if err != nil {
		return tftypes.Value{}, err
	}
	if err := decoded.As(&row); err != nil {
		return tftypes.Value{}, err
	}
	delete(row, d.id.Name)
	for name, value := range row {
		if kept != nil && !slices.Contains(kept, name) {
			row[name] = tftypes.NewValue(value.Type(), nil)
		}
	}
	maps.Copy(values, row)
	maps.Copy(values, got.more)
	return tftypes.NewValue(config.Schema.Type().TerraformType(ctx), values), nil
}
