package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// execution is the data source coc_execution, which reads one ticket.
var execution = &single{
	topic: executionTopic,
	doc:   "Reads one service ticket: a run of a job. It can wait until the ticket has ended.",
	waitDoc: "Whether to read the ticket until it has ended, however it ended. A ticket that has failed is not an " +
		"error. Default: `false`.",
	id: coc.Argument{
		Name: "execution_id", Kind: coc.ID, InPath: true, Prefix: "EX", Doc: "ID of the ticket (`EX…`).",
		Problem: "it names the ticket to read, and coc_executions lists tickets",
	},
	fields: coc.Executions.Table.Fields,
	more: map[string]schema.Attribute{"finished": schema.BoolAttribute{
		MarkdownDescription: "Whether the ticket has ended: `true` for the statuses `Succeed`, `Failed`, `Canceled` and " +
			"`Timeout`, `false` for `Pending`, `Running` and `Canceling`. For another status, or none, whether `end_time` " +
			"is set.",
		Computed: true,
	}},
	read: readExecution,
}

func readExecution(ctx context.Context, client *rest.Client, id string, wait bool) (*found, error) {
	read := coc.ReadExecution
	if wait {
		read = func(ctx context.Context, client *rest.Client, id string) (*coc.Execution, error) {
			return coc.WaitForExecution(ctx, client, id, logProgress)
		}
	}
	ticket, err := read(ctx, client, id)
	if err != nil {
		return nil, err
	}
	more := map[string]tftypes.Value{"finished": tftypes.NewValue(tftypes.Bool, ticket.Finished)}
	return &found{encoded: ticket.Encoded, errorMsg: ticket.ErrorMsg, more: more}, nil
}

// logProgress logs the progress of a wait, at INFO.
func logProgress(ctx context.Context, p coc.Progress) {
	message := "Still waiting for a COC " + p.Kind.String()
	switch {
	case p.Changed && p.Paused():
		message = "A COC " + p.Kind.String() + " is paused, and may be waiting for somebody"
	case p.Changed:
		message = "A COC " + p.Kind.String() + " has a new status"
	}
	tflog.Info(ctx, message, map[string]any{
		p.Kind.IDName(): p.ExecutionID, "status": rest.Printable(p.Status, rest.MaxShown), "reads": p.Reads,
		"waited": p.Waited.Round(time.Second).String(),
	})
}
