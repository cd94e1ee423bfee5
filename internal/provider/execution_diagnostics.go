package provider

import (
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// codeNoExecution is the service's code for a ticket that it does not know.
const codeNoExecution = "COC.00067003"

// diagnoseExecution makes a diagnostic of the error of a ticket's read. It says what happened, and what the user can do.
func diagnoseExecution(id string, from origin, err error) diag.Diagnostic {
	detail := err.Error() + "."
	if next := executionRemedy(id, from, err); next != "" {
		detail += "\n\n" + next
	}
	return diag.NewErrorDiagnostic("Cannot read COC execution", detail)
}

// executionRemedy says what the user can do about an error. Errors that are the same for lists, such as a failed login, are left
// to remedy.
func executionRemedy(id string, from origin, err error) string {
	var (
		wait    *coc.WaitError
		timeout *timeoutError
		other   *coc.OtherExecutionError
		failed  *rest.Error
	)
	const moreTime = "give the read more time (timeouts = { read = \"2h\" })."
	late, waited := errors.As(err, &timeout), errors.As(err, &wait)
	switch {
	case late && waited && wait.Paused():
		return "Look the ticket up in the COC console: somebody may have to let it go on. To wait longer, " + moreTime
	case late && waited:
		return "To wait longer, " + moreTime + " The ticket itself goes on; without wait_for_completion it is read as it is."
	case late:
		return "If the service is only slow, " + moreTime
	case errors.As(err, &other):
		return "Nothing was taken from that answer. Report it to the vendor's support."
	case !errors.As(err, &failed):
		return remedy(executions, from, err)
	case failed.Status == http.StatusNotFound && !isService(failed) && coc.RepeatsVersion(from.endpoint):
		return remedy(executions, from, err)
	case failed.Code == codeNoExecution, failed.Status == http.StatusNotFound:
		return "There is no ticket " + id + ". " + whereIDs + " Another account's tickets are not found either, nor those of another site: " +
			"check the credentials, and the provider's site or endpoint. " + from.asked()
	case failed.Status == http.StatusBadRequest:
		return "Check execution_id. " + whereIDs
	case errors.Is(err, rest.ErrTooLarge):
		return "Report it to the vendor's support: this is one ticket."
	}
	return remedy(executions, from, err)
}

// executions stands for the ticket in calls of remedy, which takes a list: it needs the name, the path and the IAM action.
var executions = &coc.List{Name: "execution", Path: "/v1/executions/{execution_id}", Action: coc.ExecutionAction}

// whereIDs tells the user where to find the ID of a ticket.
const whereIDs = "The ID of a ticket begins with EX. coc_executions finds it by the job's name, and the COC console shows it under Execution Records."
