package coc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// ExecutionAction is the IAM action that a caller of [ReadExecution] needs.
const ExecutionAction = "coc:execution:get"

// Execution is a ticket as it was at the moment of a request.
type Execution struct {
	Encoded []byte // in Terraform's encoding, an object with the fields of [Executions]
	Status  string // fit for a message, empty if it has none
	// Finished reports whether it has ended. A documented status decides. Otherwise end_time does.
	Finished bool
	ErrorMsg string // what came with the ticket, empty if an error_code came, too

	answer *rest.Answer // takes secrets out of texts of the ticket
}

// ReadExecution reads one ticket, with the API's ShowExecution. The error is a [*rest.Error], an
// [*OtherExecutionError] or the context's cause.
func ReadExecution(ctx context.Context, client *rest.Client, id string) (*Execution, error) {
	request := rest.Request{
		Path: version + "/executions/" + url.PathEscape(id), What: "execution " + rest.Printable(id, rest.MaxShown),
	}
	var page *rows.Page
	answer, err := client.Get(ctx, request, func(body io.Reader) (err error) {
		page, err = readOne(&Executions.Table, body, maxPageBytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	redact(answer, page.ErrorCode, page.ErrorMsg)
	row := page.Rows[0]
	if got, ok := Executions.Table.Text(row.Encoded, "execution_id"); ok && string(got) != id {
		return nil, &OtherExecutionError{ExecutionID: id, Got: shown(answer, string(got)), RequestID: answer.RequestID}
	}
	ended, _ := Executions.Table.Integer(row.Encoded, "end_time")
	execution := &Execution{
		Encoded: row.Encoded, Status: shown(answer, row.Status), Finished: finished(row.Status, ended > 0),
		answer: answer,
	}
	if deref(page.ErrorCode) == "" {
		execution.ErrorMsg = deref(page.ErrorMsg)
	}
	return execution, nil
}

// errNoData is the error for an answer with status 200 that has no ticket.
var errNoData = errors.New("data: want an object, got nothing or null")

// readOne reads the body of an answer with status 200 that holds one object instead of a list. The object is the
// page's only row.
func readOne(table *rows.Table, body io.Reader, limit int64) (*rows.Page, error) {
	page, err := checked(table.ReadOne(body, limit))
	if err == nil && len(page.Rows) == 0 {
		return nil, errNoData
	}
	return page, err
}

// statusPending is the status that the API documents as paused.
const statusPending = "Pending"

// documentedStatuses are the statuses of a ticket, in lower case, and whether they are final. A ticket that is retried
// runs again and may still have the end_time of its first run, so end_time decides only if the status is not
// documented.
var documentedStatuses = map[string]bool{
	"pending": false, "running": false, "canceling": false,
	"succeed": true, "failed": true, "canceled": true, "timeout": true,
}

// finished reports whether a ticket of that status has ended.
func finished(status string, endTimeSet bool) bool {
	if final, documented := documentedStatuses[strings.ToLower(status)]; documented {
		return final
	}
	return endTimeSet
}

// OtherExecutionError is the error for an answer about a ticket other than the one that was asked for.
type OtherExecutionError struct {
	Kind                        Kind   // what was asked for
	ExecutionID, Got, RequestID string // the ID that was asked for, the one that came, and the service's request ID
}

func (e *OtherExecutionError) Error() string {
	s := fmt.Sprintf("asked for %s %s, but the service answered with %q", e.Kind,
		rest.Printable(e.ExecutionID, rest.MaxShown), rest.Printable(e.Got, rest.MaxShown))
	if e.RequestID != "" {
		s += fmt.Sprintf(" (request id %s)", e.RequestID)
	}
	return s
}
