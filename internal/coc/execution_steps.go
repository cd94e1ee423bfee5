package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// ExecutionSteps is the list of the API's ListExecutionSteps: the steps of one service ticket.
var ExecutionSteps = &List{
	Name:     "execution_steps",
	Doc:      "Reads the steps of a service ticket: what each one did, how it ended, and the ID by which `coc_execution_instances` finds its hosts.",
	Rows:     "steps",
	Path:     "/v1/executions/{execution_id}/steps",
	Action:   "coc:execution:listExecutionStep",
	Statuses: []string{"Pending", "Running", "Succeed", "Canceling", "Canceled", "Failed", "Timeout"},
	Arguments: []Argument{
		{Name: "execution_id", Kind: ID, InPath: true, Prefix: "EX", Doc: "ID of the ticket (`EX…`).", Problem: "coc_executions finds it by the job's name"},
		{Name: "execution_step_id_list", Kind: IDs, Prefix: "EXS", Doc: "Keeps these steps (`EXS…`).", Problem: "leave the list out to read all steps"},
	},
	Table: rows.Table{
		// A step that has not begun has no ID. Its name identifies it until then.
		Key:    []string{"execution_step_id", "name"},
		Status: "status",
		Fields: []rows.Field{
			{Name: "execution_step_id", Kind: rows.Text, Doc: "ID of the step (`EXS…`), for `coc_execution_instances`. It is an empty text until the step begins, and never null.", NeverNull: true},
			{Name: "action", Kind: rows.Text, Doc: "What the step does, such as `hwc:runbook:scripts@1.0.0`."},
			{Name: "name", Kind: rows.Text, Doc: "Name of the step, as the job defines it."},
			{Name: "message", Kind: rows.Text, Doc: "What the service says of the step, often null."},
			{Name: "status", Kind: rows.Text, Doc: "State of the step. The states are not documented; it is passed on as it is."},
			{Name: "start_time", Kind: rows.Integer, Doc: "When it started, in milliseconds since 1970-01-01 UTC."},
			{Name: "end_time", Kind: rows.Integer, Doc: "When it ended, in milliseconds since 1970-01-01 UTC; null while it runs."},
			{Name: "inputs", Kind: rows.Objects, Of: keyValue, Doc: "What the step was given."},
			{Name: "outputs", Kind: rows.Objects, Of: keyValue, Doc: "What the step gave."},
			{Name: "properties", Kind: rows.Flat, Doc: "What else the service says of the step, flattened: nested names are joined with dots, elements of an array take their index."},
		},
	},
}
