package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// Executions is the list of the API's ListExecutions: the service tickets that executed jobs have made. Its fields are
// those of the vendor's page, and the field id, which only the official SDK has.
var Executions = &List{
	Name: "executions",
	Doc: "Reads the service tickets of executed jobs (`EX…`): which job ran, when, who executed it, and how it " +
		"ended. It leads from a job's name to its newest ticket.",
	Rows:     "executions",
	Path:     "/v1/executions",
	Action:   "coc:execution:list",
	Statuses: []string{"Pending", "Running", "Succeed", "Canceling", "Canceled", "Failed", "Timeout"},
	Newest:   []string{"start_time", "execution_id"},
	Arguments: []Argument{
		{
			Name: "document_name", Kind: Text, Column: "document_name", Check: Contains,
			Doc: "Exact name of the job (the API calls it a document): the service finds names that contain the text, " +
				"and rows with any other name are dropped.",
		},
		{
			Name: "document_id", Kind: ID, Column: "document_id", Check: Equal, Doc: "ID of the job.",
			Problem: "leave it out to read the tickets of all jobs",
		},
		{Name: "creator", Kind: Text, Column: "creator", Check: Contains, Doc: "Who executed the job (exact match)."},
		{
			Name: "start_time", Kind: Milliseconds, Column: "start_time", Check: AtLeast,
			Doc: "Keeps the tickets that started later than this" + milliseconds + ".",
		},
		{
			Name: "end_time", Kind: Milliseconds, Column: "end_time", Check: AtMost,
			Doc: "Keeps the tickets that ended earlier than this" + milliseconds + ".",
		},
		{
			Name: "tags", Kind: Tags, Column: "tags", Check: AllTags,
			Doc: "Keeps the tickets with these tags, by key. Keys and values must not contain a comma or an equals sign.",
		},
		{
			Name: "exclude_child_executions", Kind: Bool,
			Doc: "Whether to leave out the tickets that another ticket has made. The service's default is not " +
				"documented.",
		},
	},
	Table: rows.Table{Key: []string{"execution_id"}, Status: "status", Fields: executionFields},
}

var executionFields = []rows.Field{
	textField("id", "ID of the row, often missing."),
	textField("execution_id", "ID of the ticket (`EX…`)."),
	textField("document_name", "Name of the job."),
	textField("document_id", "ID of the job."),
	textField("document_version_id", "ID of the job's version."),
	textField("document_version", "Version of the job."),
	textField("description", "Description of the ticket."),
	textField("creator", "Who executed the job."),
	textField("target_parameter_name", "Name of the parameter that holds the targets."),
	startTime,
	endTime,
	{Name: "update_time", Kind: rows.Integer, Doc: "When it last changed" + milliseconds + "."},
	textField("status", "`Pending` (documented as paused), `Running`, `Succeed`, `Canceling`, "+
		"`Canceled`, `Failed` or `Timeout`, as documented; any other value is passed on unchanged."),
	textField("type", "`BATCH`, `RATE_CONTROL` or `NORMAL`, as documented."),
	pairsField("parameters", "Parameters of the job."),
	pairsField("tags", "Tags of the ticket."),
	pairsField("sys_tags", "Tags that the service has set."),
	{Name: "targets", Kind: rows.Objects, Doc: "What the job works on.", Of: []rows.Field{
		textField("key", "What the values are."),
		{Name: "values", Kind: rows.Values, Doc: "The targets. One that is not a string is its JSON, for `jsondecode`."},
	}},
}

var (
	startTime = rows.Field{Name: "start_time", Kind: rows.Integer, Doc: "When it started" + milliseconds + "."}
	endTime   = rows.Field{
		Name: "end_time", Kind: rows.Integer, Doc: "When it ended" + milliseconds + "; null while it runs.",
	}
)

func textField(name, doc string) rows.Field { return rows.Field{Name: name, Kind: rows.Text, Doc: doc} }

func pairsField(name, doc string) rows.Field {
	return rows.Field{Name: name, Kind: rows.Objects, Of: keyValue, Doc: doc}
}

const milliseconds = ", in milliseconds since 1970-01-01 UTC"

// keyValue are the fields of a parameter, a tag, an input or an output.
var keyValue = []rows.Field{
	textField("key", "Name of the entry."),
	{Name: "value", Kind: rows.Value, Doc: "Its value, as JSON if it is not a string."},
}
