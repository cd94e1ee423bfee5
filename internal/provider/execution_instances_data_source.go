package provider

import (
	"context"
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

var (
	_ datasource.DataSource              = (*executionInstancesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*executionInstancesDataSource)(nil)
)

func newExecutionInstancesDataSource() datasource.DataSource { return &executionInstancesDataSource{} }

type executionInstancesDataSource struct {
	client *coc.Client
}

func (d *executionInstancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_execution_instances"
}

func (d *executionInstancesDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the batch instances of a service ticket's step: what happened on each host when the step ran.",
		Attributes: map[string]schema.Attribute{
			"execution_step_id": schema.StringAttribute{
				MarkdownDescription: "ID of the step (`EXS…`). Without it, every instance of the account is read.",
				Optional:            true,
				Validators: []validator.String{stringvalidator.RegexMatches(noBlanks,
					"must be a step's id: an empty one would ask for every instance of the account, for which the argument is left out")},
			},
			"limit": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How many rows to ask for in a page, 1 to 1000. All pages are read, whatever it is. Default: `%d`.", coc.DefaultLimit),
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, 1000)},
			},
			"offset": schema.Int64Attribute{
				MarkdownDescription: "The first row to read, counted from 0. Default: `0`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(0, math.MaxInt32)},
			},
			"statuses": schema.SetAttribute{
				MarkdownDescription: "Keeps the rows in one of these states only, compared without case: `Running`, `Succeed`, `Canceled`, `Failed`, or " +
					"another that the service knows. All pages are read all the same.",
				ElementType: types.StringType,
				Optional:    true,
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1),
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(stringvalidator.RegexMatches(noBlanks, "must be a state such as Failed")),
				},
			},
			"max_items": schema.Int64Attribute{
				MarkdownDescription: "Ends the read as soon as that many rows are kept, 1 or more; the rest is neither read nor missed. Default: all rows.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"timeouts": timeoutsAttribute(ctx),
			"data": schema.ListNestedAttribute{
				MarkdownDescription: "The instances, in the service's order.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: rowAttributes()},
			},
			"total":      schema.Int64Attribute{MarkdownDescription: "Number of instances, as the service counts them.", Computed: true},
			"error_code": schema.StringAttribute{MarkdownDescription: "The service's code beside the rows, usually null.", Computed: true},
			"error_msg":  schema.StringAttribute{MarkdownDescription: "The service's message beside the rows, usually null.", Computed: true},
		},
	}
}

// timeoutsAttribute is the library's, with descriptions in Markdown, which it lacks.
func timeoutsAttribute(ctx context.Context) schema.Attribute {
	attribute := timeouts.Attributes(ctx)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		nested.MarkdownDescription = "How long the read may take."
		nested.Attributes["read"] = schema.StringAttribute{
			MarkdownDescription: "Time for the whole read with all its pages and retries, as a " +
				"[duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or `1h`. Default: `20m`.",
			Optional:   true,
			Validators: []validator.String{durationValidator{}},
		}
		return nested
	}
	return attribute
}

func (d *executionInstancesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if req.ProviderData == nil { // validation runs without a configured provider
		return
	}
	client, ok := req.ProviderData.(*coc.Client)
	if !ok {
		resp.Diagnostics.AddError("Provider bug", fmt.Sprintf("The provider's data is a %T. Please report this.", req.ProviderData))
		return
	}
	d.client = client
}

func (d *executionInstancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model executionInstancesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	params, timeout, diags := model.params(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if d.client == nil {
		resp.Diagnostics.AddError("Provider bug", "The data source is read before the provider is configured. Please report this.")
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, &timeoutError{timeout})
	defer cancel()
	list, err := d.client.ListExecutionInstances(ctx, params)
	if err != nil {
		resp.Diagnostics.Append(diagnose(err))
		return
	}
	handOver, ok := ctx.Value(rowsKey{}).(*coc.ExecutionInstances)
	if !ok {
		resp.Diagnostics.AddError("Provider bug", "The provider is not served by NewServer. Please report this.")
		return
	}
	model.Total = types.Int64PointerValue(list.Total)
	model.ErrorCode = types.StringPointerValue(list.ErrorCode)
	model.ErrorMsg = types.StringPointerValue(list.ErrorMsg)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		*handOver = *list
	}
}
