package auth

import "testing"

// The rules for what the values of an agency must be together, with the names of a block. Each is a problem on an argument.
//
// Fault: ambiguous agency.
func TestValidate(t *testing.T) {
	type validator interface{ Validate() *Problem }
	name := func(seconds int64) Agency { return Agency{Name: "ops", DomainName: "one", Duration: &seconds} }
	id := func(seconds int64) Agency { return Agency{Name: "ops", DomainID: "d1", Duration: &seconds} }
	oidc := func(edit func(*OIDC)) OIDC {
		o := OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", Token: "t"}
		edit(&o)
		return o
	}
	const incomplete, contradicting = "Incomplete arguments: ", "Conflicting arguments: "
	const invalid = "duration: Invalid duration: duration must be "
	const account, token = "Either names the agency's account: ", "Either holds the ID token: "
	for what, tc := range map[string]struct {
		of   validator
		want string // the argument and the problem, empty if all is fine
	}{
		"by name":          {Agency{Name: "ops", DomainName: "one"}, ""},
		"by ID":            {Agency{Name: "ops", DomainID: "d1"}, ""},
		"OIDC":             {oidc(func(*OIDC) {}), ""},
		"OIDC by a file":   {oidc(func(o *OIDC) { o.Token, o.TokenFile = "", "f" }), ""},
		"the least":        {name(900), ""},
		"the most by name": {name(86400), ""},
		"the most by ID":   {id(43200), ""},
		"the most by OIDC": {oidc(func(o *OIDC) { o.Duration = new(int64(43200)) }), ""},
		"no agency":        {Agency{DomainName: "one"}, "agency_name: " + incomplete + "agency_name is not set."},
		"no account": {
			Agency{Name: "ops"},
			"domain_id: " + incomplete + "neither domain_name nor domain_id is set. " + account + "set one of them.",
		},
		"two accounts": {
			Agency{Name: "ops", DomainName: "one", DomainID: "d1"},
			"domain_id: " + contradicting + "domain_name and domain_id are both set. " + account + "remove one of them.",
		},
		"no time":          {name(0), invalid + "between 900 and 86400 seconds with domain_name, got 0."},
		"too short":        {id(899), invalid + "between 900 and 43200 seconds with domain_id, got 899."},
		"too long by name": {name(86401), invalid + "between 900 and 86400 seconds with domain_name, got 86401."},
		"too long by ID":   {id(43201), invalid + "between 900 and 43200 seconds with domain_id, got 43201."},
		"too long by OIDC": {
			oidc(func(o *OIDC) { o.Duration = new(int64(43201)) }),
			invalid + "between 900 and 43200 seconds with domain_id, got 43201.",
		},
		"OIDC for no agency":  {oidc(func(o *OIDC) { o.AgencyName = "" }), "agency_name: " + incomplete + "agency_name is not set."},
		"OIDC for no account": {oidc(func(o *OIDC) { o.DomainID = "" }), "domain_id: " + incomplete + "domain_id is not set."},
		"OIDC of nobody":      {oidc(func(o *OIDC) { o.ProviderID = "" }), "idp_id: " + incomplete + "idp_id is not set."},
		"OIDC with no token": {
			oidc(func(o *OIDC) { o.Token = "" }),
			"id_token_file: " + incomplete + "neither id_token nor id_token_file is set. " + token + "set one of them.",
		},
		"OIDC with two": {
			oidc(func(o *OIDC) { o.TokenFile = "f" }),
			"id_token_file: " + contradicting + "id_token and id_token_file are both set. " + token + "remove one of them.",
		},
	} {
		got := ""
		if p := tc.of.Validate(); p != nil {
			got = p.Argument + ": " + p.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got  %s\nwant %s", what, got, tc.want)
		}
	}
}
