package coc

import (
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// ScriptOrders is the list of the API's ListScriptOrders: the script orders that executed scripts have made. Its
// fields are those of the vendor's page.
var ScriptOrders = &List{
	Name: "script_orders",
	Doc: "Reads the script orders of executed scripts (`SCT…`): which order ran, when, who executed it, and how it " +
		"ended. It leads from an order's name to its newest run.",
	Rows:     "script orders",
	Path:     scriptOrdersPath,
	Marker:   "order_id",
	MaxLimit: 100,
	Action:   "coc:job:list",
	Statuses: []string{"READY", "PROCESSING", "ABNORMAL", "PAUSED", "CANCELED", "FINISHED"},
	Newest:   []string{"gmt_created", "order_id"},
	Arguments: []Argument{
		{
			Name: "order_name", Sent: "name_like", Kind: Text, Column: "order_name", Check: Contains,
			Doc: "Exact name of the script order: the service may find names that contain the text, and rows with " +
				"any other name are dropped.",
		},
		{Name: "creator", Kind: Text, Column: "creator", Check: Contains, Doc: "Who executed the script (exact match)."},
		{
			Name: "start_time", Kind: Milliseconds, Column: "gmt_created", Check: AtLeast,
			Doc: "Keeps the script orders that were created at this time or later" + milliseconds + ".",
		},
		{
			Name: "end_time", Kind: Milliseconds, Column: "gmt_created", Check: AtMost,
			Doc: "Keeps the script orders that were created at this time or earlier" + milliseconds + ".",
		},
	},
	Table: rows.Table{
		Rows: "data", Total: "total", Key: []string{"order_id"}, Status: "status",
		Fields: slices.Concat([]rows.Field{
			{Name: "order_id", Kind: rows.Integer, Doc: "Number of the script order."},
			{Name: "order_name", Kind: rows.Text, Doc: "Name of the script order."},
		}, orderFields("Where it ran, flattened: `region_ids`.")),
	},
}
