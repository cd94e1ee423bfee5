package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file says why an agency cannot be assumed, and what it takes.

// hop is one step of the way to the keys that sign requests.
type hop struct {
	// number counts the agencies of a chain from 1; 0 is OIDC. total is how many there are.
	number, total int
	// name describes what is assumed, caller whose credentials ask for it.
	name, caller string
	byID         bool
	variable     string
}

// orCause returns the problem of a hop, or the cause of the context if that ended.
func (h hop) orCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return h.problem(err)
}

// problem says why an agency cannot be assumed, and what it takes.
func (h hop) problem(err error) *Problem {
	p := &Problem{Block: BlockAgency, Index: max(h.number-1, 0), Summary: "Cannot act as an agency"}
	where := BlockAgency
	if h.number == 0 {
		p.Block, where = BlockOIDC, BlockOIDC
	}
	switch {
	case h.variable != "":
		p.Block, p.Index, where = "", 0, h.variable
	case h.total > 1:
		where = fmt.Sprintf("%s (%d of %d)", where, h.number, h.total)
	}
	where += ", " + h.name
	var endpoint *endpointError
	if errors.As(err, &endpoint) {
		return &Problem{
			Argument: endpoint.argument, Summary: "Unusable endpoint",
			Detail: fmt.Sprintf("%s. It is needed for %s.", err, where),
		}
	}
	p.Detail = where + ": " + err.Error() + "."
	if advice := h.advice(err); advice != "" {
		p.Detail += "\n\n" + advice
	}
	return p
}

// advice says what the user can do about an error of a hop.
func (h hop) advice(err error) string {
	service, endpoint := "IAM", "iam_endpoint"
	if h.byID && h.number > 0 {
		service, endpoint = "STS", "sts_endpoint"
	} else if h.byID {
		service, endpoint = "IAM or STS", "iam_endpoint or sts_endpoint"
	}
	var file *fetchError
	var failed *rest.Error
	switch isFailed := errors.As(err, &failed); {
	case errors.Is(err, rest.ErrTLS):
		return service + " could not prove its identity. Behind a proxy that inspects TLS, set the provider's cacert_file to that proxy's CA; otherwise check " + endpoint + "."
	case errors.Is(err, rest.ErrNotTLS), errors.Is(err, rest.ErrOnlyTLS), errors.Is(err, rest.ErrRedirect), errors.Is(err, rest.ErrMalformed):
		return "Something else than " + service + " may have answered: check " + endpoint + ", and the proxy between."
	case errors.Is(err, rest.ErrCredentials):
		return "The credentials of the caller cannot be used: " + h.caller + "."
	case errors.Is(err, rest.ErrUnknownHost):
		return fmt.Sprintf("Check %s, or the region, and this machine's DNS.", endpoint)
	case errors.Is(err, rest.ErrProxy), errors.Is(err, rest.ErrProxyUnreachable):
		return fmt.Sprintf("Check HTTPS_PROXY, which names the proxy; NO_PROXY leaves out the host of %s.", service)
	case !isFailed && errors.As(err, &file):
		return "The ID token is read from this file anew for each renewal of the keys. The pipeline, or what else writes it, must have written it before."
	case !isFailed || failed.Status == 0:
		return ""
	}
	switch failed.Status {
	case http.StatusUnauthorized:
		if h.number == 0 {
			return "The ID token was not accepted: it may have expired, or be meant for others. Check idp_id, and that the identity provider's " +
				"issuer, client ID and signing key in the account with that domain_id are those of the token. Check this machine's clock, too: " +
				"a signature is refused when it is more than 15 minutes off."
		}
		return "The caller was not accepted: " + h.caller + ". Check its keys, which may have expired or be those of another site than " + endpoint +
			"'s, and this machine's clock: a signature is refused when it is more than 15 minutes off."
	case http.StatusForbidden:
		if h.number == 0 {
			return "Check that the identity provider's conversion rules give its users a group with the right sts:agencies:assume, and that the agency trusts the account."
		}
		right := "Agent Operator (with identity policies: iam:tokens:assume)"
		if h.byID {
			right = "sts:agencies:assume (without identity policies: Agent Operator)"
		}
		return "It takes two things: the caller has the right " + right + " in its own account, and the agency trusts that account. The caller is " + h.caller + "."
	case http.StatusBadRequest, http.StatusNotFound:
		if h.number == 0 {
			return "Check idp_id, agency_name and domain_id, and that the duration is not longer than the agency's own longest one."
		}
		return "Check agency_name and " + h.account() + ": the agency must exist in that account, and its own longest duration must not be shorter."
	}
	return ""
}

func (h hop) account() string {
	if h.byID {
		return "domain_id"
	}
	return "domain_name"
}
