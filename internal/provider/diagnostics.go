package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file says what the user can do if a list cannot be read. Package rest has the advice that is the same for every
// service.

// diagnose turns the error of a list's read into a diagnostic. It says what happened, and what the user can do.
func diagnose(list *coc.List, from origin, err error) diag.Diagnostic {
	return cannotRead(title(list.Name), err, listAdvice(list, from, err))
}

func cannotRead(what string, err error, advice string) diag.Diagnostic {
	detail := err.Error() + "."
	if advice != "" {
		detail += "\n\n" + advice
	}
	return diag.NewErrorDiagnostic("Cannot read COC "+what, detail)
}

// listAdvice is empty if there is nothing to say.
func listAdvice(list *coc.List, from origin, err error) string {
	var (
		failed     *rest.Error
		incomplete *coc.IncompleteError
		keyless    *coc.KeylessError
		large      *coc.TooLargeError
		timeout    *timeoutError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return ""
	case errors.As(err, &timeout):
		return "Give the read more time (timeouts = { read = \"1h\" }), or read less: set " + narrowing(list) +
			", and a larger limit for fewer requests."
	case errors.As(err, &large) && large.Held:
		return "The provider keeps track of every row, even of those that statuses drops. Narrow the read: set " +
			narrowing(list) + ", or " + parts(list) + "."
	case errors.As(err, &large):
		keep := "some statuses"
		if list.Flat() != "" {
			keep += " or property_paths"
		}
		return "Terraform accepts no larger answer from a provider. Narrow the read: set " + narrowing(list) +
			", keep only " + keep + ", or cap the list with max_items."
	case errors.As(err, &incomplete) && list.Marker != "":
		again := "No rows were kept, because some would be missing. Read the list again when the script order has " +
			"ended. If it fails then too, "
		if len(incomplete.Filters) > 0 {
			return again + "the total may count rows that the service filters out: leave " + narrowing(list) + " out, and " +
				"choose the rows with a for expression."
		}
		return again + "report it to the vendor's support: the service's total and its pages disagree."
	case errors.As(err, &incomplete):
		return "No rows were kept, because some would be missing. Read the list again when the step has ended, or set a " +
			"larger limit: rows cannot move within one page. If it fails then too, report it to the vendor's support: the " +
			"service's total and its pages disagree."
	case errors.As(err, &keyless):
		return "Set limit so high that one page holds the whole list. Also report it to the vendor's support: each row " +
			"should have an ID."
	case errors.Is(err, coc.ErrPageTooLarge):
		return "Ask for fewer rows in a page: set limit to a lower number."
	case errors.As(err, &failed):
		return answerAdvice(list, from, failed)
	}
	return ""
}

// parts says how to read less of a list at a time.
func parts(list *coc.List) string {
	if list.Marker != "" {
		return "cap the list with max_items"
	}
	return "read the list in parts, with offset and max_items"
}

// answerAdvice is listAdvice for an error of a request.
func answerAdvice(list *coc.List, from origin, failed *rest.Error) string {
	of := topicOf(list)
	missing := "What you asked for does not exist: check " + narrowing(list) + "."
	if of != nil {
		missing = of.check()
	}
	switch {
	case of != nil && failed.Code == of.none:
		return missing
	case failed.Kind == rest.NotFound && isService(failed):
		return "The code is the service's own, so the endpoint is right. " + missing +
			" You also cannot see what belongs to another account: check the credentials."
	case failed.Kind == rest.BadRequest:
		advice := "Check " + narrowing(list)
		if list.MaxLimit == 0 {
			advice += ", and try a lower limit: the largest one is not documented"
		}
		return advice + "."
	}
	advice := from.advice(failed, list.Path, list.Action)
	if of != nil && failed.Kind == rest.NotFound && !coc.RepeatsVersion(from.endpoint) {
		advice += " An unknown " + of.what + " may get this answer, too. " + missing
	}
	return advice
}

// advice says what the user can do about a failed request to COC, with its path and IAM action.
func (o origin) advice(failed *rest.Error, path, action string) string {
	if failed.Kind == rest.NotFound && coc.RepeatsVersion(o.endpoint) {
		return fmt.Sprintf("The request went to %s%s: leave /v1 out of the endpoint, because each request adds it.",
			strings.TrimRight(o.endpoint, "/"), path)
	}
	return failed.Advice(rest.Service{
		Name: "COC", Arguments: "site or endpoint", Asked: o.asked(), Credentials: o.source, Action: action,
	})
}

// isService reports whether an error has a code from COC itself, and not from the gateway or something else in front of
// it.
func isService(failed *rest.Error) bool { return strings.HasPrefix(failed.Code, "COC.") }

// narrowing names the argument that narrows a list best: the first argument that has a prefix. If there is none, it
// names all arguments of the list.
func narrowing(list *coc.List) string {
	var names []string
	for _, argument := range list.Arguments {
		if argument.Prefix != "" {
			return fmt.Sprintf("%s, which begins with %s", argument.Name, argument.Prefix)
		}
		names = append(names, argument.Name)
	}
	return strings.Join(names, ", ")
}

// timeoutError is the error for a read that took longer than timeouts.read.
type timeoutError struct{ timeout time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("the read did not end within %s", e.timeout)
}
