package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// topic is what messages say about something that is read alone, by its ID.
type topic struct {
	name, what    string // of the data source, without the prefix coc_, and in words
	id, where     string // the argument for the ID, and where to find an ID
	path, action  string // of the request, and the IAM action that it needs
	none, missing string // the service's code for an ID that it does not know, and what that means
}

var executionTopic = &topic{
	name: "execution", what: "ticket", id: "execution_id", path: "/v1/executions/{execution_id}",
	action: coc.ExecutionAction, none: "COC.00067003", missing: "There is no ticket",
	where: "The ID of a ticket begins with EX. coc_executions finds it by the job's name, and the COC console shows " +
		"it under Execution Records.",
}

// topicOf returns what the path of a list names, or nil if it names nothing.
func topicOf(list *coc.List) *topic {
	for _, argument := range list.Arguments {
		for _, t := range []*topic{executionTopic, scriptOrderTopic} {
			if argument.InPath && argument.Name == t.id {
				return t
			}
		}
	}
	return nil
}

// check says what to do about an ID that the service refuses.
func (t *topic) check() string { return "Check " + t.id + ". " + t.where }

// diagnose turns the error of a read into a diagnostic. It says what happened, and what the user can do.
func (t *topic) diagnose(id string, from origin, err error) diag.Diagnostic {
	return cannotRead(title(t.name), err, t.advice(id, from, err))
}

func (t *topic) advice(id string, from origin, err error) string {
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
		return "Look the " + t.what + " up in the COC console: somebody may have to continue it. To wait longer, " +
			moreTime
	case late && waited:
		return "To wait longer, " + moreTime + " The " + t.what + " itself continues. Without wait_for_completion, you " +
			"read its current state."
	case late:
		return "If the service is only slow, " + moreTime
	case errors.As(err, &other):
		return "The provider did not use that answer. Report it to the vendor's support."
	case errors.Is(err, coc.ErrPageTooLarge):
		return "Report it to the vendor's support: the answer is about one " + t.what + "."
	case !errors.As(err, &failed):
		return ""
	case failed.Code == t.none,
		failed.Kind == rest.NotFound && (isService(failed) || !coc.RepeatsVersion(from.endpoint)):
		return t.missing + " " + id + ". " + t.where + " You cannot see " + t.what + "s of another account or site: " +
			"check the credentials, and the provider's site or endpoint. " + from.asked()
	case failed.Kind == rest.BadRequest:
		return t.check()
	}
	return from.advice(failed, t.path, t.action)
}

// messageWith is the warning about an error_msg that came with what was read.
func messageWith(what, message string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("COC sent a message with the "+what,
		fmt.Sprintf("The message %q came with the %s, but without a code.", rest.Printable(message, rest.MaxShown), what))
}
