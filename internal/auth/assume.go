package auth

import (
	"cmp"
	"context"
)

// Assume acts as the agencies of the block or of the environment, one after the other, and returns the credentials of
// the last one. Without agencies, it returns those that were found. Region replaces that of [Options], as
// [Credentials.Region] may have decided it. The error is a [*Problem], or the cause of the context.
func (c *Credentials) Assume(ctx context.Context, region string) (*Found, error) {
	o, found := c.options, c.first
	o.Region = region
	if c.chain.oidc != nil {
		if err := o.byOIDC(ctx, &found, c.chain); err != nil {
			return nil, err
		}
	}
	if err := o.byAgencies(ctx, &found, c.chain); err != nil {
		return nil, err
	}
	return &found, nil
}

func (o *Options) byOIDC(ctx context.Context, found *Found, c chain) error {
	name, source := c.oidc.String(), "the provider block: "+BlockOIDC
	if c.variable != "" {
		source = "the environment: " + c.variable
	}
	*found = Found{Source: source + ", for " + name, Assumed: true}
	iam, err := o.iamEndpoint("")
	sts, noSTS := o.stsEndpoint()
	if err = cmp.Or(err, noSTS); err == nil {
		found.Signer, err = firstKeys(ctx, name, o.fetchOIDC(*c.oidc, iam, sts), o.OnRenewalFailed)
	}
	if err != nil {
		return hop{name: name, byID: true, variable: c.variable}.problem(ctx, err)
	}
	return nil
}

// byAgencies replaces the credentials with those of the last agency of a chain.
func (o *Options) byAgencies(ctx context.Context, found *Found, c chain) error {
	endpoints, hops := make([]string, len(c.agencies)), make([]hop, len(c.agencies))
	caller := found.Source
	for i, a := range c.agencies { // the endpoints are checked before the first request
		h := hop{
			number: i + 1, total: len(c.agencies), name: a.String(), caller: caller, byID: a.DomainID != "",
			variable: c.variable,
		}
		var err error
		if h.byID {
			endpoints[i], err = o.stsEndpoint()
		} else {
			endpoints[i], err = o.iamEndpoint("")
		}
		if err != nil {
			return h.problem(ctx, err)
		}
		hops[i], caller = h, h.name
	}
	for i, a := range c.agencies {
		fetch := o.fetchAgency(a, endpoints[i], found.Signer, a.life(found.Signer, found.Assumed))
		signer, err := firstKeys(ctx, "", fetch, o.OnRenewalFailed)
		if err != nil {
			return hops[i].problem(ctx, err)
		}
		found.Signer, found.Assumed = signer, true
		found.Source += ", then " + a.String()
		found.ProjectID, found.DomainID = "", "" // they are of another account
	}
	return nil
}
