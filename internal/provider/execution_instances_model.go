package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

type executionInstancesModel struct {
	ExecutionStepID types.String             `tfsdk:"execution_step_id"`
	Limit           types.Int64              `tfsdk:"limit"`
	Offset          types.Int64              `tfsdk:"offset"`
	Data            []executionInstanceModel `tfsdk:"data"`
	Total           types.Int64              `tfsdk:"total"`
	ErrorCode       types.String             `tfsdk:"error_code"`
	ErrorMsg        types.String             `tfsdk:"error_msg"`
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
