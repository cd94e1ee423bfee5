package auth

import (
	"context"
	"fmt"
)

// This file acts as agencies with the credentials that were found.

// role is what the provider acts as, beside the credentials that were found: an agency by OIDC, a chain of agencies, or nothing.
type role struct {
	oidc     *OIDC
	agencies []Agency
	// variable is the environment variable that names the agency, empty if the provider block does.
	variable string
}

// role returns the role of the provider block, or that of the environment if the block has none.
func (f *finder) role() (role, error) {
	r := role{oidc: f.block.OIDC, agencies: f.block.Agencies}
	if r.oidc == nil && len(r.agencies) == 0 {
		var err error
		if r, err = roleOfEnvironment(); err != nil {
			return r, err
		}
	}
	if r.oidc == nil {
		return r, nil
	}
	return r, f.refuseOthers(r)
}

// refuseOthers returns a problem if there are other credentials beside OIDC: in the provider block, or in the environment if that is
// where the OIDC is from.
func (f *finder) refuseOthers(r role) error {
	const so = "Leave one of the two, so that it is clear on whose behalf the provider acts."
	b := f.block
	for _, other := range []struct {
		argument string
		value    *string
	}{
		{"access_key", b.AccessKey}, {"secret_key", b.SecretKey}, {"security_token", b.SecurityToken}, {"token", b.Token},
		{"profile", b.Profile}, {"shared_config_file", b.SharedConfigFile},
	} {
		if other.value != nil {
			oidc := BlockOIDC
			if r.variable != "" {
				oidc = EnvAssumeProviderID
			}
			return &Problem{
				Argument: other.argument, Summary: "Two kinds of credentials",
				Detail: fmt.Sprintf("%s and %s are both set: OIDC works without any other credentials. %s", other.argument, oidc, so),
			}
		}
	}
	if r.variable == "" {
		return nil
	}
	for _, name := range []string{EnvAccessKey, EnvSecretKey, EnvSecurityToken, EnvToken, EnvProfile, EnvSharedConfigFile} {
		if isSet(name) {
			return &Problem{
				Summary: "Two kinds of credentials",
				Detail:  fmt.Sprintf("%s and %s are both set: OIDC works without any other credentials. %s", name, EnvAssumeProviderID, so),
			}
		}
	}
	return nil
}

// byOIDC gets the first keys by OIDC.
func (f *finder) byOIDC(ctx context.Context, r role) (*Found, error) {
	h := hop{name: r.oidc.String(), byID: true, variable: r.variable}
	iam, err := f.iamEndpoint("", "")
	if err != nil {
		return nil, h.problem(err)
	}
	sts, err := f.stsEndpoint("")
	if err != nil {
		return nil, h.problem(err)
	}
	signer, err := f.firstKeys(ctx, r.oidc.String(), f.fetchOIDC(*r.oidc, iam, sts))
	if err != nil {
		return nil, h.orCause(ctx, err)
	}
	source := "the provider block: " + BlockOIDC
	if r.variable != "" {
		source = "the environment: " + EnvAssumeProviderID
	}
	return &Found{Signer: signer, Assumed: true, Source: source + ", for " + r.oidc.String()}, nil
}

// assume replaces the credentials that were found by those of the last agency in a chain. It asks for the first keys of each agency.
func (f *finder) assume(ctx context.Context, found *Found, r role) error {
	// The endpoints are checked before the first request.
	endpoints := make([]string, len(r.agencies))
	hops := make([]hop, len(r.agencies))
	caller := found.Source
	for i, a := range r.agencies {
		hops[i] = hop{number: i + 1, total: len(r.agencies), name: a.String(), caller: caller, byID: a.DomainID != "", variable: r.variable}
		caller = a.String()
		var err error
		if endpoints[i], err = f.agencyEndpoint(a, found.Region); err != nil {
			return hops[i].problem(err)
		}
	}
	for i, a := range r.agencies {
		life := a.life(found.Signer, found.Assumed)
		signer, err := f.firstKeys(ctx, "", f.fetchAgency(a, endpoints[i], found.Signer, life))
		if err != nil {
			return hops[i].orCause(ctx, err)
		}
		found.Signer, found.Assumed = signer, true
		found.Source += ", then " + a.String()
		found.ProjectID, found.DomainID = "", "" // of another account
	}
	return nil
}
