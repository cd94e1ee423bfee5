package auth

import "testing"

// The rules for what the values of an agency must be together, with the names of a block. Each is a problem on an argument.
func TestValidate(t *testing.T) {
	type validator interface{ Validate() *Problem }
	name := func(seconds int64) Agency { return Agency{Name: "ops", DomainName: "one", Duration: &seconds} }
	id := func(seconds int64) Agency { return Agency{Name: "ops", DomainID: "d1", Duration: &seconds} }
	oidc := OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", Token: "t"}
	with := func(edit func(*OIDC)) OIDC { o := oidc; edit(&o); return o }
	const incomplete, contradicting = "Incomplete arguments", "Contradicting arguments"
	const account, token = "Either names the agency's account: ", "Either holds the ID token: "
	for what, tc := range map[string]struct {
		of   validator
		want Problem // empty if all is fine
	}{
		"by name":             {of: Agency{Name: "ops", DomainName: "one"}},
		"by ID":               {of: Agency{Name: "ops", DomainID: "d1"}},
		"OIDC":                {of: oidc},
		"OIDC by a file":      {of: with(func(o *OIDC) { o.Token, o.TokenFile = "", "f" })},
		"the least":           {of: name(900)},
		"the most by name":    {of: name(86400)},
		"the most by ID":      {of: id(43200)},
		"the most by OIDC":    {of: with(func(o *OIDC) { o.Duration = new(int64(43200)) })},
		"no agency":           {Agency{DomainName: "one"}, Problem{Argument: "agency_name", Summary: incomplete, Detail: "agency_name is not set."}},
		"no account":          {Agency{Name: "ops"}, Problem{Argument: "domain_id", Summary: incomplete, Detail: "neither domain_name nor domain_id is set. " + account + "set one of them."}},
		"two accounts":        {Agency{Name: "ops", DomainName: "one", DomainID: "d1"}, Problem{Argument: "domain_id", Summary: contradicting, Detail: "domain_name and domain_id are both set. " + account + "remove one of them."}},
		"no time":             {name(0), Problem{Argument: "duration", Summary: "Invalid duration", Detail: "duration must be between 900 and 86400 seconds with domain_name, got 0."}},
		"too short":           {id(899), Problem{Argument: "duration", Summary: "Invalid duration", Detail: "duration must be between 900 and 43200 seconds with domain_id, got 899."}},
		"too long by name":    {name(86401), Problem{Argument: "duration", Summary: "Invalid duration", Detail: "duration must be between 900 and 86400 seconds with domain_name, got 86401."}},
		"too long by ID":      {id(43201), Problem{Argument: "duration", Summary: "Invalid duration", Detail: "duration must be between 900 and 43200 seconds with domain_id, got 43201."}},
		"too long by OIDC":    {with(func(o *OIDC) { o.Duration = new(int64(43201)) }), Problem{Argument: "duration", Summary: "Invalid duration", Detail: "duration must be between 900 and 43200 seconds with domain_id, got 43201."}},
		"OIDC for no agency":  {with(func(o *OIDC) { o.AgencyName = "" }), Problem{Argument: "agency_name", Summary: incomplete, Detail: "agency_name is not set."}},
		"OIDC for no account": {with(func(o *OIDC) { o.DomainID = "" }), Problem{Argument: "domain_id", Summary: incomplete, Detail: "domain_id is not set."}},
		"OIDC of nobody":      {with(func(o *OIDC) { o.ProviderID = "" }), Problem{Argument: "idp_id", Summary: incomplete, Detail: "idp_id is not set."}},
		"OIDC with no token":  {with(func(o *OIDC) { o.Token = "" }), Problem{Argument: "id_token_file", Summary: incomplete, Detail: "neither id_token nor id_token_file is set. " + token + "set one of them."}},
		"OIDC with two":       {with(func(o *OIDC) { o.TokenFile = "f" }), Problem{Argument: "id_token_file", Summary: contradicting, Detail: "id_token and id_token_file are both set. " + token + "remove one of them."}},
	} {
		got := tc.of.Validate()
		if got == nil {
			got = &Problem{}
		}
		if *got != tc.want {
			t.Errorf("%s: got  %+v\nwant %+v", what, *got, tc.want)
		}
	}
}
