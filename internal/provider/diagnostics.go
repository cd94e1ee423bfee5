package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// diagnose makes a diagnostic of the error of a list's read. It says what happened, and what the user can do.
func diagnose(list *coc.List, from origin, err error) diag.Diagnostic {
	detail := err.Error() + "."
	if next := remedy(list, from, err); next != "" {
		detail += "\n\n" + next
	}
	return diag.NewErrorDiagnostic("Cannot read COC "+title(list.Name), detail)
}

// remedy says what the user can do about an error. It is empty if there is nothing to say.
func remedy(list *coc.List, from origin, err error) string {
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
		return "Give the read more time (timeouts = { read = \"1h\" }), or read less: set " + narrowing(list) + ", and a larger limit for fewer requests."
	case errors.As(err, &large) && large.Held:
		return "A read keeps track of every row, also of those that statuses drops. Narrow it: set " + narrowing(list) + ", or read it in parts, by offset and max_items."
	case errors.As(err, &large):
		keep := "some statuses"
		if list.HasProperties() {
			keep += " or property_paths"
		}
		return "Terraform takes no larger answer from a provider. Narrow the read: set " + narrowing(list) + ", keep " + keep + " only, or cap it with max_items."
	case errors.As(err, &incomplete):
		return "No row was taken, since some would be missing. Read the list again when the step has ended, or set a larger limit: rows cannot " +
			"shift within one page. If it fails then too, report it to the vendor's support: the service's total and its pages disagree."
	case errors.As(err, &keyless):
		return "Set limit so high that one page takes the whole list, and report it to the vendor's support: each row should have an ID."
	case !errors.As(err, &failed):
		return ""
	case errors.Is(err, rest.ErrCredentials):
		return credentialsRemedy(from, err)
	case errors.Is(err, rest.ErrTLS):
		return "The endpoint could not prove its identity. Behind a proxy that inspects TLS, set the provider's cacert_file to that proxy's CA; " +
			"otherwise check the endpoint. " + from.asked()
	case errors.Is(err, rest.ErrNotTLS):
		return notTLS + " " + from.asked()
	case errors.Is(err, rest.ErrOnlyTLS):
		return "Begin the endpoint with https:// instead of http://. " + from.asked()
	case errors.Is(err, rest.ErrProxy):
		return "The status is the proxy's own. 407 wants a user and password in HTTPS_PROXY; NO_PROXY leaves the endpoint out."
	case errors.Is(err, rest.ErrProxyUnreachable):
		return "Check HTTPS_PROXY, which names the proxy, and whether it runs; NO_PROXY leaves the endpoint out."
	case errors.Is(err, rest.ErrUnknownHost):
		return "Check the provider's site or endpoint, and this machine's DNS. " + from.asked()
	case errors.Is(err, rest.ErrRedirect):
		return "A signed request is for one host and is not sent elsewhere. Set the provider's site or endpoint to the one that serves the account. " + from.asked()
	case errors.Is(err, rest.ErrMalformed):
		return "Something else than COC may have answered: check the provider's endpoint, and the proxy between."
	case errors.Is(err, rest.ErrTooLarge):
		return "Ask for fewer rows in a page: set limit to a lower number."
	}
	if failed.Code == codeNoExecution && ofTicket(list) {
		return notThere(list)
	}
	switch failed.Status {
	case http.StatusUnauthorized:
		return unauthorized(from)
	case http.StatusBadRequest:
		return "Check " + narrowing(list) + ", and try a lower limit: the service documents no largest one."
	case http.StatusForbidden:
		return fmt.Sprintf("Grant the IAM action %s to the user or agency whose credentials these are.", list.Action)
	case http.StatusNotFound:
		return notFound(list, from, failed)
	case http.StatusTooManyRequests:
		return "The service throttles requests. Read fewer lists at once (terraform -parallelism=1), or raise max_retries."
	}
	switch {
	case failed.Status == 0:
		return "Check the way to the provider's endpoint: network, firewall and proxy."
	case failed.RequestID != "":
		return "If it persists, give the request id to the vendor's support."
	}
	return "The service, or something before it, failed. Try again later."
}

// unauthorized says what the user can do about a 401: whose credentials were used, and where.
func unauthorized(from origin) string {
	other := "set the provider's site to " + coc.SiteNames
	if from.site == "" {
		other = "the endpoint must be that of the account's site"
	}
	return from.signed() + " " + from.asked() + " Check these credentials: keys or a token that are wrong or have expired get this answer. " +
		"Those of an account of another site get it, too: " + other + ". " +
		"Check this machine's clock as well: a signature is refused when it is more than 15 minutes off."
}

// notTLS is said of an endpoint that answers https with something else.
const notTLS = "Check the port: COC is served by TLS only. An emulator or a tunnel on this machine without TLS is http://, which is accepted for loopback addresses."

// credentialsRemedy says what the user can do about credentials that were found and cannot be used. The error names what was asked for
// them, such as IAM.
func credentialsRemedy(from origin, err error) string {
	found := "The credentials are from " + from.source + ". "
	switch {
	case errors.Is(err, rest.ErrTLS):
		return found + "The service that was asked for keys could not prove its identity. Behind a proxy that inspects TLS, set the provider's cacert_file to that proxy's CA."
	case errors.Is(err, rest.ErrNotTLS):
		return found + "The service that was asked for keys does not speak TLS: check its endpoint."
	}
	return found + "They were found, but cannot be used now: mend what the error names."
}

// notFound says what the user can do about a 404. It is the service's own, with a code, or that of a wrong endpoint.
func notFound(list *coc.List, from origin, failed *rest.Error) string {
	if isService(failed) {
		return "The code is the service's own, so the endpoint is right. " + notThere(list) + " Another account's are not found either: check the credentials."
	}
	if coc.RepeatsVersion(from.endpoint) {
		return fmt.Sprintf("Asked was %s%s: leave /v1 out of the endpoint, each request adds it.", strings.TrimRight(from.endpoint, "/"), list.Path)
	}
	next := "Check the provider's site or endpoint. " + from.asked()
	if ofTicket(list) {
		next += " An unknown ticket may get this answer, too. " + notThere(list)
	}
	return next
}

// isService tells whether an error has a code of COC itself, and not of the gateway or of something else before it.
func isService(failed *rest.Error) bool { return strings.HasPrefix(failed.Code, "COC.") }

// ofTicket tells whether a list belongs to a ticket, which is in its path.
func ofTicket(list *coc.List) bool {
	return slices.ContainsFunc(list.Arguments, func(argument coc.Argument) bool { return argument.InPath })
}

// notThere says that what was asked for may not exist, and where to find out.
func notThere(list *coc.List) string {
	if ofTicket(list) {
		return "Check execution_id. " + whereIDs
	}
	return "What was asked for does not exist: check " + narrowing(list) + "."
}

// narrowing names the argument that narrows a list best: the first argument that has a prefix. If there is none, it names all
// arguments of the list.
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
type timeoutError struct {
	timeout time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("the read did not end within %s", e.timeout)
}
