package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// diagnose makes a diagnostic of the error of a list's read. It says what happened, and what the user can do.
func diagnose(list *coc.List, err error) diag.Diagnostic {
	detail := err.Error() + "."
	if next := remedy(list, err); next != "" {
		detail += "\n\n" + next
	}
	return diag.NewErrorDiagnostic("Cannot read COC "+title(list.Name), detail)
}

// remedy says what the user can do about an error. It is empty if there is nothing to say.
func remedy(list *coc.List, err error) string {
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
		return "Terraform takes no larger answer from a provider. Narrow the read: set " + narrowing(list) + ", keep some statuses only, " +
			"or cap it with max_items."
	case errors.As(err, &incomplete):
		return "No row was taken, since some would be missing. Read the list again when the step has ended, or set a larger limit: rows cannot " +
			"shift within one page. If it fails then too, report it to the vendor's support: the service's total and its pages disagree."
	case errors.As(err, &keyless):
		return "Set limit so high that one page takes the whole list, and report it to the vendor's support: each row should have an ID."
	case !errors.As(err, &failed):
		return ""
	case errors.Is(err, rest.ErrTLS):
		return "The endpoint could not prove its identity. Behind a proxy that inspects TLS, set the provider's cacert_file to that proxy's CA; " +
			"otherwise check the endpoint."
	case errors.Is(err, rest.ErrCredentials):
		return "The credentials were found but cannot be used now. The provider's log says which source they are from (TF_LOG_PROVIDER=INFO)."
	case errors.Is(err, rest.ErrProxy):
		return "The status is the proxy's own. 407 wants a user and password in HTTPS_PROXY; NO_PROXY leaves the endpoint out."
	case errors.Is(err, rest.ErrProxyUnreachable):
		return "Check HTTPS_PROXY, which names the proxy, and whether it runs; NO_PROXY leaves the endpoint out."
	case errors.Is(err, rest.ErrUnknownHost):
		return "Check the provider's endpoint or region, and this machine's DNS."
	case errors.Is(err, rest.ErrRedirect):
		return "A signed request is for one host and is not sent elsewhere. Set the provider's endpoint to the site that serves the account."
	case errors.Is(err, rest.ErrMalformed):
		return "Something else than COC may have answered: check the provider's endpoint, and the proxy between."
	case errors.Is(err, rest.ErrTooLarge):
		return "Ask for fewer rows in a page: set limit to a lower number."
	}
	switch failed.Status {
	case http.StatusUnauthorized:
		return "Check the access key and the secret key, or the IAM token; a token of either kind expires. Check this machine's clock, too: " +
			"a signature is refused when it is more than 15 minutes off."
	case http.StatusBadRequest:
		return "Check " + narrowing(list) + ", and try a lower limit: the service documents no largest one."
	case http.StatusForbidden:
		return fmt.Sprintf("Grant the IAM action %s to the user or agency whose credentials these are.", list.Action)
	case http.StatusNotFound:
		return "Check the provider's endpoint and region: COC has one endpoint a site."
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
