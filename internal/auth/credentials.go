package auth

import "github.com/cocops/terraform-provider-coc/internal/rest"

// Credentials are those of the first account, all from one source. [Credentials.Assume] goes on from there: only it
// returns a signer, as the requests may be for another account.
type Credentials struct {
	// Region is the region that the source holds next to the credentials, empty if it holds none.
	Region string
	// Warnings are about the source.
	Warnings []Problem

	signer                      rest.Signer // nil if chain begins with OIDC
	source, projectID, domainID string
	chain                       chain
	options                     Options
}

// Found are the credentials that requests are made with.
type Found struct {
	Signer rest.Signer
	// Source is the name of the source, for a log. If agencies are assumed, it names these, too. It holds no secret.
	Source string
	// ProjectID and DomainID are settings of the source, empty if it holds none, or if they are of another account.
	ProjectID, DomainID string
	// Assumed reports whether the credentials are those of an agency.
	Assumed bool
}
