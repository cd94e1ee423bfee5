package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// codeNoExecution is the service's code for a ticket that it does not know.
const codeNoExecution = "COC.00067003"

const (
	executionPath = "/v1/executions/{execution_id}"
	// whereIDs says where to find the ID of a ticket.
	whereIDs = "The ID of a ticket begins with EX. coc_executions finds it by the job's name, and the COC console shows " +
		"it under Execution Records."
	checkTicket = "Check execution_id. " + whereIDs
)

// diagnoseExecution makes a diagnostic of the error of a ticket's read. It says what happened, and what the user can
// do.
func diagnoseExecution(id string, from origin, err error) diag.Diagnostic {
	return cannotRead("execution", err, executionAdvice(id, from, err))
}

func executionAdvice(id string, from origin, err error) string {
	var (
		wait    *coc.WaitError
		timeout *timeoutError
		other   *coc.OtherExecutionError
		failed  *rest.Error
	)
	const moreTime = "give the read more time (timeouts = { read = \"2h\" })."
	late, waited := errors.As(err, &timeout), errors.As(err, &wait)
	switch {
	case errors.Is(err, context.Canceled):
		return ""
	case late && waited && wait.Paused():
		return "Look the ticket up in the COC console: somebody may have to let it go on. To wait longer, " + moreTime
	case late && waited:
		return "To wait longer, " + moreTime + " The ticket itself goes on; without wait_for_completion it is read as it is."
	case late:
		return "If the service is only slow, " + moreTime
	case errors.As(err, &other):
		return "Nothing was taken from that answer. Report it to the vendor's support."
	case errors.Is(err, coc.ErrPageTooLarge):
		return "Report it to the vendor's support: this is one ticket."
	case !errors.As(err, &failed):
		return ""
	case failed.Code == codeNoExecution,
		failed.Kind == rest.NotFound && (isService(failed) || !coc.RepeatsVersion(from.endpoint)):
		return "There is no ticket " + id + ". " + whereIDs + " Another account's tickets are not found either, nor those " +
			"of another site: check the credentials, and the provider's site or endpoint. " + from.asked()
	case failed.Kind == rest.BadRequest:
		return checkTicket
	}
	return from.advice(failed, executionPath, coc.ExecutionAction)
}
