package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

type executionInstancesModel struct {
	ExecutionStepID types.String   `tfsdk:"execution_step_id"`
	Limit           types.Int64    `tfsdk:"limit"`
	Offset          types.Int64    `tfsdk:"offset"`
	Statuses        types.Set      `tfsdk:"statuses"`
	MaxItems        types.Int64    `tfsdk:"max_items"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
	// Data stays null here: the rows take its place in the encoded state, see server.go.
	Data      types.List   `tfsdk:"data"`
	Total     types.Int64  `tfsdk:"total"`
	ErrorCode types.String `tfsdk:"error_code"`
	ErrorMsg  types.String `tfsdk:"error_msg"`
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
	return params, timeout, diags
}
