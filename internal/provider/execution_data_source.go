package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var (
	_ datasource.DataSource              = (*executionDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*executionDataSource)(nil)
)

// executionDataSource is the data source coc_execution, which reads one ticket.
type executionDataSource struct {
	connection *connection
}

func newExecutionDataSource() datasource.DataSource { return &executionDataSource{} }

func (d *executionDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_execution"
}

func (d *executionDataSource) Schema(
	ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	all := attributes(coc.Executions.Table.Fields)
	all["execution_id"] = argumentAttribute(&coc.Argument{
		Name: "execution_id", Kind: coc.ID, InPath: true, Prefix: "EX", Doc: "ID of the ticket (`EX…`).",
		Problem: "it names the ticket to read, and coc_executions lists tickets",
	})
	all["wait_for_completion"] = schema.BoolAttribute{
		MarkdownDescription: "Whether to read the ticket until it has ended, however it ended. A ticket that has failed " +
			"is no error. Default: `false`.",
		Optional: true,
	}
	all["finished"] = schema.BoolAttribute{
		MarkdownDescription: "Whether the ticket has ended: `true` for the statuses `Succeed`, `Failed`, `Canceled` and " +
			"`Timeout`, `false` for `Pending`, `Running` and `Canceling`. For another status, or none, whether `end_time` " +
			"is set.",
		Computed: true,
	}
	all["timeouts"] = timeoutsAttribute(ctx, "its retries, and with the wait for the ticket's end")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one service ticket: a run of a job. It can wait until the ticket has ended.",
		Attributes:          all,
	}
}

func (d *executionDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.connection = configured(req, resp)
}

func (d *executionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var (
		id     types.String
		wait   types.Bool
		limits timeouts.Value
	)
	for name, target := range map[string]any{"execution_id": &id, "wait_for_completion": &wait, "timeouts": &limits} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
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
	var (
		execution *coc.Execution
		err       error
	)
	if wait.ValueBool() {
		execution, err = coc.WaitForExecution(ctx, d.connection.client, id.ValueString(), logProgress)
	} else {
		execution, err = coc.ReadExecution(ctx, d.connection.client, id.ValueString())
	}
	if err != nil {
		resp.Diagnostics.Append(diagnoseExecution(id.ValueString(), d.connection.origin, err))
		return
	}
	if execution.ErrorMsg != "" {
		resp.Diagnostics.Append(withTicket(execution.ErrorMsg))
	}
	state, err := executionState(ctx, req.Config, execution)
	if err != nil {
		addBug(&resp.Diagnostics, "The ticket cannot be put into the state: %v.", err)
		return
	}
	resp.State.Raw = state
}

// executionState returns the state: the configuration, with the fields of the ticket and with finished. The
// execution_id stays as it is in the configuration, since the ticket may lack it.
func executionState(ctx context.Context, config tfsdk.Config, execution *coc.Execution) (tftypes.Value, error) {
	var values, ticket map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		return tftypes.Value{}, err
	}
	fields := make(map[string]tftypes.Type, len(coc.Executions.Table.Fields))
	for _, field := range coc.Executions.Table.Fields {
		fields[field.Name] = values[field.Name].Type()
	}
	row, err := tfprotov6.DynamicValue{MsgPack: execution.Encoded}.Unmarshal(tftypes.Object{AttributeTypes: fields})
	if err != nil {
		return tftypes.Value{}, err
	}
	if err := row.As(&ticket); err != nil {
		return tftypes.Value{}, err
	}
	for name, value := range ticket {
		if name != "execution_id" {
			values[name] = value
		}
	}
	values["finished"] = tftypes.NewValue(tftypes.Bool, execution.Finished)
	return tftypes.NewValue(config.Schema.Type().TerraformType(ctx), values), nil
}

// logProgress logs the progress of a wait, at INFO.
func logProgress(ctx context.Context, p coc.Progress) {
	message := "Still waiting for a COC execution"
	switch {
	case p.Changed && p.Paused():
		message = "A COC execution is paused, and may wait for somebody"
	case p.Changed:
		message = "A COC execution has a new status"
	}
	tflog.Info(ctx, message, map[string]any{
		"execution_id": p.ExecutionID, "status": rest.Printable(p.Status, rest.MaxShown), "reads": p.Reads,
		"waited": p.Waited.Round(time.Second).String(),
	})
}
