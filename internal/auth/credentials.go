package auth

import "github.com/cocops/terraform-provider-coc/internal/rest"

// Block holds the arguments of the provider block that are about credentials. An argument that is not set is empty.
type Block struct {
	AccessKey, SecretKey, SecurityToken, Token string
	SharedConfigFile, Profile                  string
	// Without agencies and OIDC, the variables HW_ASSUME_ROLE_* apply.
	Agencies []Agency // the blocks assume_role: each agency is assumed with the keys of the one before
	OIDC     *OIDC    // the block assume_role_with_oidc; if set, no source is asked
}

// Credentials are those of the first account, all from one source. Only [Credentials.Assume] returns a signer, as
// requests may be for another account.
type Credentials struct {
	Region   string // that the source holds next to the credentials, or empty
	Warnings []Problem

	first   Found // without a signer if chain begins with OIDC
	chain   chain
	options Options
}

// Found are the credentials that requests are made with.
type Found struct {
	Signer              rest.Signer
	Source              string // names the source and the agencies, for a log; it holds no secret
	ProjectID, DomainID string // settings of the source, empty if it holds none or they are of another account
	Assumed             bool   // whether the credentials are those of an agency
}
