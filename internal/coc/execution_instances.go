package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// ExecutionInstances is the list of the API's ListExecutionInstances: what a ticket's step did on each host. Its
// fields are those of the table "Table 3 data" on the vendor's page.
var ExecutionInstances = &List{
	Name:     "execution_instances",
	Doc:      "Reads the batch instances of a service ticket's step: what happened on each host when the step ran.",
	Rows:     "instances",
	Path:     "/v1/executions/instances",
	Action:   "coc:execution:listExecutionStepInstance",
	Statuses: []string{"Running", "Succeed", "Canceled", "Failed"},
	// Rows of another step are kept: it is not known whether a row always has the ID of the step that was asked for, and a
	// failed host must not be dropped by mistake.
	Arguments: []Argument{{
		Name: "execution_step_id", Kind: ID, Prefix: "EXS", Column: "execution_step_id", Check: Hint,
		Doc: "ID of the step (`EXS…`). Without it, every instance of the account is read.",
		Problem: "an empty one would ask for every instance of the account: to get those, leave the argument out; " +
			"a step that has not begun has no ID yet",
	}},
	Table: rows.Table{
		Key:    []string{"id", "execution_instance_id"},
		Status: "status",
		Fields: []rows.Field{
			{Name: "id", Kind: rows.Integer, Doc: "Number of the batch execution instance."},
			textField("execution_instance_id", "ID of the instance (`EXI…`)."),
			textField("execution_step_id", "ID of the instance's step (`EXS…`)."),
			startTime,
			endTime,
			textField("status", "`Running`, `Succeed`, `Canceled` or `Failed`, as documented; "+
				"any other value is passed on unchanged."),
			textField("message", "What the service says about the execution, often null."),
			{Name: "properties", Kind: rows.Flat, Doc: "The host that a script ran on, or the parameters and results of an " +
				"API call, flattened: nested names are joined with dots (`properties.host_name`), elements of an array take " +
				"their index (`ids.0`)."},
		},
	},
}
