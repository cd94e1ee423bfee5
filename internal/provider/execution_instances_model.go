package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

type executionInstancesModel struct {
	ExecutionStepID types.String             `tfsdk:"execution_step_id"`
	Limit           types.Int64              `tfsdk:"limit"`
	Offset          types.Int64              `tfsdk:"offset"`
	Statuses        types.Set                `tfsdk:"statuses"`
	MaxItems        types.Int64              `tfsdk:"max_items"`
	Timeouts        timeouts.Value           `tfsdk:"timeouts"`
	Data            []executionInstanceModel `tfsdk:"data"`
	Total           types.Int64              `tfsdk:"total"`
	ErrorCode       types.String             `tfsdk:"error_code"`
	ErrorMsg        types.String             `tfsdk:"error_msg"`
}

// maxAnswerBytes is plugin-go's limit of a message (256 MiB), less what an answer holds besides the rows.
const maxAnswerBytes = 255 << 20

const defaultReadTimeout = 20 * time.Minute

// params returns what to list, and how long that may take.
func (m *executionInstancesModel) params(ctx context.Context) (coc.ListExecutionInstancesParams, time.Duration, diag.Diagnostics) {
	params := coc.ListExecutionInstancesParams{
		ExecutionStepID: m.ExecutionStepID.ValueString(),
		Limit:           m.Limit.ValueInt64(),
		Offset:          m.Offset.ValueInt64(),
		MaxItems:        m.MaxItems.ValueInt64(),
		MaxBytes:        maxAnswerBytes,
	}
	diags := m.Statuses.ElementsAs(ctx, &params.Statuses, false)
	timeout, more := m.Timeouts.Read(ctx, defaultReadTimeout)
	diags.Append(more...)
	if timeout <= 0 {
		diags.AddAttributeError(path.Root("timeouts").AtName("read"), "Invalid timeout", "The read needs some time: set a duration above zero.")
	}
	return params, timeout, diags
}

type executionInstanceModel struct {
	ID                  types.Int64        `tfsdk:"id"`
	ExecutionInstanceID types.String       `tfsdk:"execution_instance_id"`
	ExecutionStepID     types.String       `tfsdk:"execution_step_id"`
	StartTime           types.Int64        `tfsdk:"start_time"`
	EndTime             types.Int64        `tfsdk:"end_time"`
	Status              types.String       `tfsdk:"status"`
	Message             types.String       `tfsdk:"message"`
	Properties          map[string]*string `tfsdk:"properties"`
}

func newExecutionInstanceModel(i coc.ExecutionInstance) executionInstanceModel {
	return executionInstanceModel{
		ID:                  types.Int64PointerValue(i.ID),
		ExecutionInstanceID: types.StringPointerValue(i.ExecutionInstanceID),
		ExecutionStepID:     types.StringPointerValue(i.ExecutionStepID),
		StartTime:           types.Int64PointerValue(i.StartTime),
		EndTime:             types.Int64PointerValue(i.EndTime),
		Status:              types.StringPointerValue(i.Status),
		Message:             types.StringPointerValue(i.Message),
		Properties:          i.Properties,
	}
}
