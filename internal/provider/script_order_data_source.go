package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var scriptOrderTopic = &topic{
	name: "script_order", what: "script order", id: "execute_uuid", path: "/v1/job/script/orders/{execute_uuid}",
	action: coc.ScriptOrderAction, none: "COC.00040709", missing: "There is no script order",
	where: "The ID of a script order (execute_uuid) begins with SCT; the number order_id is a different ID. " +
		"coc_script_orders finds it by the order's name.",
}

// scriptOrder is the data source coc_script_order, which reads one script order and its statistics.
var scriptOrder = &single{
	topic: scriptOrderTopic,
	doc:   "Reads one script order: a run of a script on hosts. It can wait until the order has ended.",
	waitDoc: "Whether to read the script order until it has ended, successfully or not, or is `ABNORMAL`, `ERROR` or " +
		"`ROLLBACKED` and no instance is `PROCESSING`. An order that has failed is not an error. Default: `false`.",
	id: coc.Argument{
		Name: "execute_uuid", Kind: coc.ID, InPath: true, Prefix: "SCT", Doc: "ID of the script order (`SCT…`).",
		Problem: "it names the script order to read, and coc_script_orders lists script orders",
	},
	fields: coc.ScriptOrderTable.Fields,
	more: map[string]schema.Attribute{
		"finished": schema.BoolAttribute{
			MarkdownDescription: "Whether the script order has ended: `true` for the statuses `FINISHED` and `CANCELED`, " +
				"`false` for `READY`, `PROCESSING` and `PAUSED`. For `ABNORMAL`, `ERROR` and `ROLLBACKED`, whether the " +
				"statistics account for every instance and none is `READY` or `PROCESSING`. For another status, or none, " +
				"whether `gmt_finished` is set.",
			Computed: true,
		},
		"total_instance": schema.Int64Attribute{
			MarkdownDescription: "Number of the order's instances, as the service counts them.", Computed: true,
		},
		"status_counts": schema.MapAttribute{
			MarkdownDescription: "Number of the order's instances with each status, as the service counts them.",
			ElementType:         types.Int64Type, Computed: true,
		},
	},
	read: readScriptOrder,
}

func readScriptOrder(ctx context.Context, client *rest.Client, executeUUID string, wait bool) (*found, error) {
	read := coc.ReadScriptOrder
	if wait {
		read = func(ctx context.Context, client *rest.Client, executeUUID string) (*coc.ScriptOrder, error) {
			return coc.WaitForScriptOrder(ctx, client, executeUUID, logProgress)
		}
	}
	order, err := read(ctx, client, executeUUID)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]tftypes.Value, len(order.StatusCounts))
	for status, n := range order.StatusCounts {
		counts[status] = tftypes.NewValue(tftypes.Number, n)
	}
	return &found{encoded: order.Encoded, errorMsg: order.ErrorMsg, more: map[string]tftypes.Value{
		"finished":       tftypes.NewValue(tftypes.Bool, order.Finished),
		"total_instance": tftypes.NewValue(tftypes.Number, order.Total),
		"status_counts":  tftypes.NewValue(tftypes.Map{ElementType: tftypes.Number}, counts),
	}}, nil
}
