package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// hop is one step on the way to the keys that sign requests.
type hop struct {
	number, total int    // number counts the agencies of a chain from 1; 0 is OIDC
	name, caller  string // what is assumed, and whose credentials ask for it
	byID          bool
	variable      string
}

// problem says why an agency cannot be assumed, and what is needed. If the context ended, it returns its cause.
func (h hop) problem(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	p := &Problem{Block: BlockAgency, Index: max(h.number-1, 0), Summary: "Cannot act as an agency"}
	if h.number == 0 {
		p.Block = BlockOIDC
	}
	where := p.Block
	switch {
	case h.variable != "":
		p.Block, p.Index, where = "", 0, h.variable
	case h.total > 1:
		where = fmt.Sprintf("%s (%d of %d)", where, h.number, h.total)
	}
	where += ", " + h.name
	var endpoint *endpointError
	if errors.As(err, &endpoint) {
		detail := fmt.Sprintf("%s. It is needed for %s.", err, where)
		return &Problem{Argument: endpoint.argument, Summary: "Unusable endpoint", Detail: detail}
	}
	p.Detail = where + ": " + err.Error() + "."
	if advice := h.advice(err); advice != "" {
		p.Detail += "\n\n" + advice
	}
	return p
}

// advice says what the user can do about an error of a hop.
func (h hop) advice(err error) string {
	var file *fetchError
	var failed *rest.Error
	switch {
	case errors.As(err, &failed):
	case errors.As(err, &file):
		return "The provider reads the ID token from this file whenever it renews the keys: write the token there first."
	default:
		return ""
	}
	service := rest.Service{Name: "IAM", Arguments: "iam_endpoint or region", Credentials: h.caller}
	account := "domain_name"
	right := "Agent Operator (with identity policies: iam:tokens:assume)"
	if h.byID {
		service.Name, service.Arguments, account = "STS", "sts_endpoint or region", "domain_id"
		right = "sts:agencies:assume (without identity policies: Agent Operator)"
	}
	switch {
	case h.number == 0:
		service.Name, service.Arguments = "IAM or STS", "iam_endpoint or sts_endpoint"
		if own := oidcAdvice[failed.Kind]; own != "" {
			return own
		}
	case failed.Kind == rest.Forbidden:
		return "You need two things: the caller must have the right " + right + " in its own account, and the agency must " +
			"trust that account. The caller is " + h.caller + "."
	case failed.Kind == rest.BadRequest, failed.Kind == rest.NotFound:
		return "Check agency_name and " + account + ": the agency must exist in that account, and its own longest duration " +
			"must not be shorter than the one asked for."
	}
	return failed.Advice(service)
}

const noSuchAgency = "Check idp_id, agency_name and domain_id, and that the duration does not exceed the " +
	"agency's longest."

// oidcAdvice is the advice that is particular to OIDC.
var oidcAdvice = map[rest.Kind]string{
	rest.Unauthorized: "The ID token was not accepted: it may have expired, or be meant for somebody else. Check " +
		"idp_id, and that its issuer, client ID and signing key in the account with that domain_id match the token.",
	rest.Forbidden: "Check that the identity provider's conversion rules give its users a group with the right " +
		"sts:agencies:assume, and that the agency trusts the account.",
	rest.BadRequest: noSuchAgency,
	rest.NotFound:   noSuchAgency,
}
