package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

var (
	_ datasource.DataSource                   = (*runDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*runDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*runDataSource)(nil)
)

// runDataSource is the data source coc_run, which reads a run of a job or a script and gives a verdict on it.
type runDataSource struct {
	connection *connection
}

func newRunDataSource() datasource.DataSource { return &runDataSource{} }

func (d *runDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

func (d *runDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = runSchema(ctx)
}

func (d *runDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.connection = configured(req, resp)
}

func (d *runDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	resp.Diagnostics.Append(checkRunSelector(ctx, req.Config)...)
}

func (d *runDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model runModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	params, diags := model.params(ctx)
	resp.Diagnostics.Append(diags...)
	timeout, diags := model.Timeouts.Read(ctx, defaultReadTimeout)
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
	run, err := coc.ReadRun(ctx, d.connection.client, params, logProgress)
	if err != nil {
		resp.Diagnostics.Append(diagnoseRun(d.connection.origin, model.StartedAfter.ValueString(), err))
		return
	}
	resp.Diagnostics.Append(runWarnings(run)...)
	model.set(run)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// runModel is the configuration and the state of the data source.
type runModel struct {
	Job               types.String   `tfsdk:"job"`
	ExecutionID       types.String   `tfsdk:"execution_id"`
	ScriptOrderName   types.String   `tfsdk:"script_order_name"`
	ScriptOrderID     types.String   `tfsdk:"script_order_id"`
	StartedAfter      types.String   `tfsdk:"started_after"`
	StepNames         types.Set      `tfsdk:"step_names"`
	ExpectedInstances types.Int64    `tfsdk:"expected_instances"`
	WaitForCompletion types.Bool     `tfsdk:"wait_for_completion"`
	IncludeMessages   types.Bool     `tfsdk:"include_messages"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	runResult
}

// runResult is what the read adds to the configuration.
type runResult struct {
	ID            *string            `tfsdk:"id"`
	Name          *string            `tfsdk:"name"`
	Status        *string            `tfsdk:"status"`
	Finished      *bool              `tfsdk:"finished"`
	Succeeded     *bool              `tfsdk:"succeeded"`
	Summary       *string            `tfsdk:"summary"`
	StartedAt     *string            `tfsdk:"started_at"`
	EndedAt       *string            `tfsdk:"ended_at"`
	InstanceCount *int64             `tfsdk:"instance_count"`
	StatusCounts  map[string]int64   `tfsdk:"status_counts"`
	StepStatuses  map[string]*string `tfsdk:"step_statuses"`
	Failed        []failedInstance   `tfsdk:"failed"`
}

// failedInstance is a [coc.RunInstance] as an element of failed.
type failedInstance struct {
	InstanceID *string `tfsdk:"instance_id"`
	StepName   *string `tfsdk:"step_name"`
	HostName   *string `tfsdk:"host_name"`
	HostIP     *string `tfsdk:"host_ip"`
	ResourceID *string `tfsdk:"resource_id"`
	RegionID   *string `tfsdk:"region_id"`
	Status     *string `tfsdk:"status"`
	Message    *string `tfsdk:"message"`
	StartedAt  *string `tfsdk:"started_at"`
	EndedAt    *string `tfsdk:"ended_at"`
}

// set puts a run into the state.
func (m *runModel) set(run *coc.Run) {
	failed := make([]failedInstance, len(run.Failed))
	for i, instance := range run.Failed {
		failed[i] = failedInstance(instance)
	}
	m.runResult = runResult{
		ID: &run.ID, Name: run.Name, Status: run.Status, Finished: &run.Finished, Succeeded: &run.Succeeded,
		Summary: &run.Summary, StartedAt: run.StartedAt, EndedAt: run.EndedAt, InstanceCount: &run.InstanceCount,
		StatusCounts: run.StatusCounts, StepStatuses: run.StepStatuses, Failed: failed,
	}
}
