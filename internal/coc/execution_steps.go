package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// ExecutionSteps is the list of the API's ListExecutionSteps: the steps of one service ticket.
var ExecutionSteps = &List{
	Name: "execution_steps",
	Doc: "Reads the steps of a service ticket: what each one did, how it ended, and the ID by which " +
		"`coc_execution_instances` finds its hosts.",
	Rows:     "steps",
	Path:     "/v1/executions/{execution_id}/steps",
	Action:   "coc:execution:listExecutionStep",
	Statuses: Executions.Statuses,
	Arguments: []Argument{
		{
			Name: "execution_id", Kind: ID, InPath: true, Prefix: "EX", Doc: "ID of the ticket (`EX…`).",
			Problem: "coc_executions finds it by the job's name",
		},
		{
			Name: "execution_step_id_list", Kind: IDs, Prefix: "EXS", Column: "execution_step_id", Check: AnyOf,
			Doc:     "Keeps only these steps (`EXS…`). A warning names those that do not come.",
			Problem: "leave the list out to read all steps",
		},
	},
	Table: rows.Table{
		Key:    []string{"execution_step_id"},
		Name:   "name", // a step that has not begun has no ID
		Status: "status",
		Fields: []rows.Field{
			{Name: "execution_step_id", Kind: rows.Text, NeverNull: true, Doc: "ID of the step (`EXS…`), for " +
				"`coc_execution_instances`. It is an empty string until the step begins, and never null."},
			textField("action", "What the step does, such as `hwc:runbook:scripts@1.0.0`."),
			textField("name", "Name of the step, as the job defines it."),
			textField("message", "What the service says about the step, often null."),
			textField("status", "Status of the step, as sent: the possible values are not documented."),
			startTime,
			endTime,
			pairsField("inputs", "What the step received."),
			pairsField("outputs", "What the step returned."),
			{Name: "properties", Kind: rows.Flat, Doc: "What else the service says about the step, flattened: nested names " +
				"are joined with dots, elements of an array take their index."},
		},
	},
}
