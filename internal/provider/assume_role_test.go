package provider

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const (
	homeToken  = "home-token"
	homeDomain = "0f1a0c3e5b7d4e6f8a9b0c1d2e3f4a50"
	idToken    = "eyJhbGciOiJSUzI1NiJ9.first.signature"
	nextToken  = "eyJhbGciOiJSUzI1NiJ9.second.signature"
)

// accounts returns an emulator with an agency ops in each of three accounts, each of which trusts the account before: testKeys', one,
// two. It serves the rows of one account alone. The identity provider is in testKeys' account.
func accounts(served string, rows ...coctest.Row) *coctest.Emulator {
	e := coctest.New(testKeys, rows...)
	e.Accept(func(a *coctest.Accepted) {
		a.Token, a.DomainID, a.ServedDomainID = homeToken, homeDomain, served
		before := homeDomain
		for _, name := range []string{"one", "two", "three"} {
			a.Accounts = append(a.Accounts, coctest.Account{
				DomainID: name + "-id", Name: name, Agencies: []coctest.Agency{{Name: "ops", TrustedDomainID: before}},
			})
			before = name + "-id"
		}
		a.IdentityProviders = []coctest.IdentityProvider{{ID: "github", DomainID: homeDomain, IDTokens: []string{idToken, nextToken}}}
	})
	return e
}

// agencyBlocks are blocks assume_role, each of some attributes; the others are null.
func agencyBlocks(blocks ...map[string]any) []tftypes.Value {
	types := map[string]tftypes.Type{
		"agency_name": tftypes.String, "domain_name": tftypes.String, "domain_id": tftypes.String, "duration": tftypes.Number,
	}
	var values []tftypes.Value
	for _, block := range blocks {
		values = append(values, tftypes.NewValue(tftypes.Object{AttributeTypes: types}, attributesOf(types, block)))
	}
	return values
}

// oidcBlock is a block assume_role_with_oidc of some attributes; the others are null.
func oidcBlock(attributes map[string]any) []tftypes.Value {
	types := map[string]tftypes.Type{
		"agency_name": tftypes.String, "domain_id": tftypes.String, "idp_id": tftypes.String, "id_token": tftypes.String,
		"id_token_file": tftypes.String, "duration": tftypes.Number,
	}
	return []tftypes.Value{tftypes.NewValue(tftypes.Object{AttributeTypes: types}, attributesOf(types, attributes))}
}

func attributesOf(types map[string]tftypes.Type, attributes map[string]any) map[string]tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, typ := range types {
		values[name] = tftypes.NewValue(typ, attributes[name])
	}
	return values
}

// A mistake in a block is one diagnostic on its attribute, and nothing is sent.
func TestAssumeRoleArguments(t *testing.T) {
	type blocks = map[string]any
	agency := func(arguments ...any) blocks {
		m := map[string]any{"agency_name": "ops", "domain_name": "one"}
		for pair := range slices.Chunk(arguments, 2) {
			m[pair[0].(string)] = pair[1]
		}
		return blocks{"assume_role": agencyBlocks(m)}
	}
	idBlock := map[string]any{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken}
	oidc := func(arguments ...any) blocks {
		m := maps.Clone(idBlock)
		for pair := range slices.Chunk(arguments, 2) {
			m[pair[0].(string)] = pair[1]
		}
		return blocks{"assume_role_with_oidc": oidcBlock(m)}
	}
	for name, tc := range map[string]struct {
		block     blocks
		env       map[string]string
		attribute string
		want      string // empty for a configuration that is fine
	}{
		"by name":                         {block: agency()},
		"by ID":                           {block: agency("domain_name", nil, "domain_id", "one-id")},
		"a name with a blank in it":       {block: agency("agency_name", "site reliability", "domain_name", "Ops team 1")},
		"the shortest by name":            {block: agency("duration", 900)},
		"the longest by name":             {block: agency("duration", 86400)},
		"the longest by ID":               {block: agency("domain_name", nil, "domain_id", "one-id", "duration", 43200)},
		"OIDC":                            {block: oidc()},
		"OIDC with a file":                {block: oidc("id_token", nil, "id_token_file", "/run/token")},
		"the longest with OIDC":           {block: oidc("duration", 43200)},
		"no blocks":                       {block: blocks{"assume_role": agencyBlocks()}},
		"no agency name":                  {block: agency("agency_name", ""), attribute: "assume_role[0].agency_name", want: "must be a name, not empty"},
		"a blank agency name":             {block: agency("agency_name", " "), attribute: "assume_role[0].agency_name", want: "must be a name, not empty"},
		"blanks around an agency name":    {block: agency("agency_name", "ops\n"), attribute: "assume_role[0].agency_name", want: "without blanks or line ends around it"},
		"a line end in an agency name":    {block: agency("agency_name", "o\nps"), attribute: "assume_role[0].agency_name", want: "must be a name"},
		"an empty account name":           {block: agency("domain_name", ""), attribute: "assume_role[0].domain_name", want: "must be a name, not empty"},
		"a blank account name":            {block: agency("domain_name", "\t"), attribute: "assume_role[0].domain_name", want: "must be a name, not empty"},
		"an empty account ID":             {block: agency("domain_name", nil, "domain_id", ""), attribute: "assume_role[0].domain_id", want: "must be visible ASCII"},
		"a blank account ID":              {block: agency("domain_name", nil, "domain_id", " "), attribute: "assume_role[0].domain_id", want: "must be visible ASCII"},
		"both name and ID":                {block: agency("domain_id", "one-id"), attribute: "assume_role[0].domain_id", want: "Two accounts of one agency: assume_role[0] has both"},
		"neither name nor ID":             {block: agency("domain_name", nil), attribute: "assume_role[0].domain_id", want: "No account of the agency: assume_role[0] has neither"},
		"too short":                       {block: agency("duration", 899), attribute: "assume_role[0].duration", want: "must be between 900 and 86400 seconds with domain_name, got 899"},
		"too long by name":                {block: agency("duration", 86401), attribute: "assume_role[0].duration", want: "must be between 900 and 86400 seconds with domain_name, got 86401"},
		"too short by ID":                 {block: agency("domain_name", nil, "domain_id", "one-id", "duration", 899), attribute: "assume_role[0].duration", want: "must be between 900 and 43200 seconds with domain_id, got 899"},
		"too long by ID":                  {block: agency("domain_name", nil, "domain_id", "one-id", "duration", 43201), attribute: "assume_role[0].duration", want: "must be between 900 and 43200 seconds with domain_id, got 43201"},
		"an unknown agency name":          {block: agency("agency_name", unknown), attribute: "assume_role[0].agency_name", want: `The value of "assume_role[0].agency_name" is known only after apply`},
		"an unknown account name":         {block: agency("domain_name", unknown), attribute: "assume_role[0].domain_name", want: "known only after apply"},
		"an unknown account ID":           {block: agency("domain_name", nil, "domain_id", unknown), attribute: "assume_role[0].domain_id", want: "known only after apply"},
		"an unknown duration":             {block: agency("duration", unknown), attribute: "assume_role[0].duration", want: "known only after apply"},
		"unknown blocks":                  {block: blocks{"assume_role": unknown}, attribute: "assume_role", want: "known only after apply"},
		"no agency name with OIDC":        {block: oidc("agency_name", ""), attribute: "assume_role_with_oidc[0].agency_name", want: "must be a name, not empty"},
		"a blank account ID with OIDC":    {block: oidc("domain_id", " "), attribute: "assume_role_with_oidc[0].domain_id", want: "must be visible ASCII"},
		"no provider with OIDC":           {block: oidc("idp_id", ""), attribute: "assume_role_with_oidc[0].idp_id", want: "must be visible ASCII"},
		"no token with OIDC":              {block: oidc("id_token", nil), attribute: "assume_role_with_oidc[0].id_token_file", want: "No ID token: assume_role_with_oidc[0] has neither"},
		"two tokens":                      {block: oidc("id_token_file", "/run/token"), attribute: "assume_role_with_oidc[0].id_token_file", want: "Two ID tokens: assume_role_with_oidc[0] has both"},
		"an empty token":                  {block: oidc("id_token", ""), attribute: "assume_role_with_oidc[0].id_token", want: "assume_role_with_oidc[0].id_token must be visible ASCII"},
		"a token with a line end":         {block: oidc("id_token", idToken+"\n"), attribute: "assume_role_with_oidc[0].id_token", want: "got one with blanks or line ends around it"},
		"an empty token file":             {block: oidc("id_token", nil, "id_token_file", ""), attribute: "assume_role_with_oidc[0].id_token_file", want: "must be a path, not empty"},
		"a blank token file":              {block: oidc("id_token", nil, "id_token_file", " "), attribute: "assume_role_with_oidc[0].id_token_file", want: "must be a path, not empty"},
		"too short with OIDC":             {block: oidc("duration", 899), attribute: "assume_role_with_oidc[0].duration", want: "between 900 and 43200"},
		"too long with OIDC":              {block: oidc("duration", 43201), attribute: "assume_role_with_oidc[0].duration", want: "between 900 and 43200"},
		"an unknown token":                {block: oidc("id_token", unknown), attribute: "assume_role_with_oidc[0].id_token", want: "known only after apply"},
		"an unknown token file":           {block: oidc("id_token", nil, "id_token_file", unknown), attribute: "assume_role_with_oidc[0].id_token_file", want: "known only after apply"},
		"an unknown provider":             {block: oidc("idp_id", unknown), attribute: "assume_role_with_oidc[0].idp_id", want: "known only after apply"},
		"an unknown account ID with OIDC": {block: oidc("domain_id", unknown), attribute: "assume_role_with_oidc[0].domain_id", want: "known only after apply"},
		"an unknown agency with OIDC":     {block: oidc("agency_name", unknown), attribute: "assume_role_with_oidc[0].agency_name", want: "known only after apply"},
		"an unknown duration with OIDC":   {block: oidc("duration", unknown), attribute: "assume_role_with_oidc[0].duration", want: "known only after apply"},
		"an unknown OIDC block":           {block: blocks{"assume_role_with_oidc": unknown}, attribute: "assume_role_with_oidc", want: "known only after apply"},
		"two OIDC blocks":                 {block: blocks{"assume_role_with_oidc": append(oidcBlock(idBlock), oidcBlock(idBlock)...)}, attribute: "assume_role_with_oidc", want: "at most 1"},
		"an empty IAM endpoint":           {block: blocks{"iam_endpoint": ""}, attribute: "iam_endpoint", want: "iam_endpoint: begin it with https://"},
		"an IAM endpoint over http":       {block: blocks{"iam_endpoint": "http://iam.example.com"}, attribute: "iam_endpoint", want: "iam_endpoint: http is accepted for a loopback address only"},
		"an STS endpoint over http":       {block: blocks{"sts_endpoint": "http://sts.example.com"}, attribute: "sts_endpoint", want: "sts_endpoint: http is accepted for a loopback address only"},
		"an unknown IAM endpoint":         {block: blocks{"iam_endpoint": unknown}, attribute: "iam_endpoint", want: "known only after apply"},
		"an unknown STS endpoint":         {block: blocks{"sts_endpoint": unknown}, attribute: "sts_endpoint", want: "known only after apply"},
		"an IAM variable over http":       {block: agency(), env: map[string]string{envIAMEndpoint: "http://iam.example.com"}, attribute: "iam_endpoint", want: envIAMEndpoint + ": http is accepted for a loopback address only"},
		"an STS variable over http":       {block: agency("domain_name", nil, "domain_id", "d"), env: map[string]string{envSTSEndpoint: "http://sts.example.com"}, attribute: "sts_endpoint", want: envSTSEndpoint + ": http is accepted for a loopback address only"},
		"Europe, by ID without a STS":     {block: agency("domain_name", nil, "domain_id", "d"), env: map[string]string{envRegion: "eu-west-101", envSTSEndpoint: ""}, attribute: "sts_endpoint", want: "sts_endpoint"},
		// The requests and tokens of a private cloud are not for the public one.
		"an endpoint of its own, by name":  {block: agency(), env: map[string]string{envEndpoint: "https://coc.example.com", envIAMEndpoint: ""}, attribute: "iam_endpoint", want: "iam_endpoint: none is known for this region or endpoint"},
		"an endpoint of its own, by ID":    {block: agency("domain_name", nil, "domain_id", "d"), env: map[string]string{envEndpoint: "https://coc.example.com", envSTSEndpoint: "", envRegion: "RegionOne"}, attribute: "sts_endpoint", want: "sts_endpoint: none is known for this region or endpoint"},
		"an endpoint of its own, OIDC":     {block: oidc(), env: map[string]string{envEndpoint: "https://coc.example.com", envIAMEndpoint: ""}, attribute: "iam_endpoint", want: "iam_endpoint: none is known for this region or endpoint"},
		"a variable's duration":            {env: map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainName: "one", auth.EnvAssumeDuration: "899"}, want: "HW_ASSUME_ROLE_DURATION: must be a number of seconds from 900 to 86400"},
		"a variable's duration, no number": {env: map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainName: "one", auth.EnvAssumeDuration: "1h"}, want: "HW_ASSUME_ROLE_DURATION: must be a number of seconds"},
		"variables without an account":     {env: map[string]string{auth.EnvAssumeAgencyName: "ops"}, want: "Incomplete environment variables: HW_ASSUME_ROLE_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_ID is not set"},
		"variables with two tokens": {
			env: map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainID: "d", auth.EnvAssumeProviderID: "github", auth.EnvAssumeIDToken: idToken, auth.EnvAssumeIDTokenFile: "/run/token"}, want: "HW_ASSUME_ROLE_ID_TOKEN and HW_ASSUME_ROLE_ID_TOKEN_FILE are both set",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			e := accounts("one-id")
			t.Setenv(envIAMEndpoint, serveURL(t, e))
			t.Setenv(envSTSEndpoint, serveURL(t, e))
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			arguments := map[string]any{}
			if _, ok := tc.block["assume_role_with_oidc"]; !ok {
				arguments["access_key"], arguments["secret_key"] = testKeys.AccessKey, testKeys.SecretKey
			}
			maps.Copy(arguments, tc.block)
			server, schemas := newServer(t)
			if tc.want == "" { // the provider would ask for keys
				got, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: block(t, schemas.Provider, arguments)})
				if err != nil || len(got.Diagnostics) > 0 {
					t.Errorf("%v %v", err, got)
				}
				return
			}
			got := configure(t, server, schemas, arguments)
			if len(got) != 1 {
				t.Fatalf("want one diagnostic, got %v", got)
			}
			at := ""
			if got[0].Attribute != nil {
				at = dotted(got[0].Attribute)
			}
			if text := got[0].Summary + ": " + got[0].Detail; at != tc.attribute || !strings.Contains(text, tc.want) || strings.Contains(text, idToken) {
				t.Errorf("got %q at %q, want %q at %q", text, at, tc.want, tc.attribute)
			}
			if n := len(e.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// dotted writes a path as a user would: assume_role[0].domain_id.
func dotted(at *tftypes.AttributePath) string {
	var b strings.Builder
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			b.WriteString("." + string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&b, "[%d]", int64(step))
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// signedCalls lists the requests to an emulator up to the first one for rows: the path, who signed it, and the duration that was asked for, if there is one.
func signedCalls(e *coctest.Emulator) []string {
	var calls []string
	for _, r := range e.Requests() {
		call := r.Path + " by " + r.Account
		if r.Agency != "" {
			call += "/" + r.Agency
		}
		if _, after, ok := strings.Cut(r.Body, `"duration_seconds":`); ok {
			call += " for " + regexp.MustCompile(`^\d+`).FindString(after)
		}
		if r.Refused != "" {
			call += ": refused"
		}
		if calls = append(calls, call); r.Path == coctest.Path {
			break
		}
	}
	return calls
}

// The provider acts in the account that its blocks or the environment name, on top of each source of credentials.
func TestActInAnotherAccount(t *testing.T) {
	byName := func(account string, duration any) map[string]any {
		return map[string]any{"agency_name": "ops", "domain_name": account, "duration": duration}
	}
	byID := func(account string, duration any) map[string]any {
		return map[string]any{"agency_name": "ops", "domain_id": account + "-id", "duration": duration}
	}
	const iam, sts, ids, rows = coctest.SecurityTokensPath, coctest.AssumePath, coctest.IDTokensPath, coctest.Path
	keys := map[string]any{"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	with := func(more map[string]any) map[string]any {
		m := maps.Clone(keys)
		maps.Copy(m, more)
		return m
	}
	for name, tc := range map[string]struct {
		block   map[string]any
		env     map[string]string
		served  string
		want    []string
		headers string // X-Project-Id and X-Domain-Id of the request for rows
	}{
		"by name": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", 86400))}), served: "one-id",
			want: []string{iam + " by " + homeDomain + " for 86400", rows + " by one-id/ops"},
		},
		"by ID": {
			block: with(map[string]any{"assume_role": agencyBlocks(byID("one", 43200))}), served: "one-id",
			want: []string{sts + " by " + homeDomain + " for 43200", rows + " by one-id/ops"},
		},
		"for an hour, if nothing else is said": {
			block: with(map[string]any{"assume_role": agencyBlocks(byID("one", nil))}), served: "one-id",
			want: []string{sts + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"a chain of three": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", 7200), byID("two", 7200), byName("three", 7200))}), served: "three-id",
			want: []string{iam + " by " + homeDomain + " for 7200", sts + " by one-id/ops for 3600", iam + " by two-id/ops for 3600", rows + " by three-id/ops"},
		},
		"keys of the environment": {
			block: map[string]any{"assume_role": agencyBlocks(byName("one", nil))}, served: "one-id",
			env:  map[string]string{envAccessKey: testKeys.AccessKey, envSecretKey: testKeys.SecretKey},
			want: []string{iam + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"by name, from the environment": {
			block: keys, env: map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainName: "one", auth.EnvAssumeDuration: "1800"}, served: "one-id",
			want: []string{iam + " by " + homeDomain + " for 1800", rows + " by one-id/ops"},
		},
		"by ID, from the environment": {
			block: keys, env: map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainID: "one-id"}, served: "one-id",
			want: []string{sts + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"a block before the environment": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", nil))}), served: "one-id",
			env:  map[string]string{auth.EnvAssumeAgencyName: "other", auth.EnvAssumeDomainID: "two-id", auth.EnvAssumeDuration: "no number"},
			want: []string{iam + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"OIDC": {
			block: map[string]any{"assume_role_with_oidc": oidcBlock(map[string]any{
				"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken, "duration": 1800,
			})}, served: "one-id",
			want: []string{ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 1800", rows + " by one-id/ops"},
		},
		"OIDC with a file": {
			block: map[string]any{"assume_role_with_oidc": oidcBlock(map[string]any{
				"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token_file": "~/token",
			})}, served: "one-id",
			want: []string{ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"OIDC, and then an agency": {
			block: map[string]any{
				"assume_role_with_oidc": oidcBlock(map[string]any{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken}),
				"assume_role":           agencyBlocks(byName("two", 7200)),
			}, served: "two-id",
			want: []string{
				ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 3600",
				iam + " by one-id/ops for 3600", rows + " by two-id/ops",
			},
		},
		"OIDC from the environment": {
			env: map[string]string{
				auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainID: "one-id", auth.EnvAssumeProviderID: "github", auth.EnvAssumeIDTokenFile: "~/token",
			}, served: "one-id",
			want: []string{ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"an IAM token, by name": {
			block: map[string]any{"token": "home-token", "assume_role": agencyBlocks(byName("one", 7200))}, served: "one-id",
			want: []string{iam + " by " + homeDomain + " for 7200", rows + " by one-id/ops"},
		},
		"endpoints of the environment": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", nil), byID("two", nil)), "iam_endpoint": nil, "sts_endpoint": nil}), served: "two-id",
			env:  map[string]string{envIAMEndpoint: "EMULATOR", envSTSEndpoint: "EMULATOR"},
			want: []string{iam + " by " + homeDomain + " for 3600", sts + " by one-id/ops for 3600", rows + " by two-id/ops"},
		},
		"the environment's IDs stay behind": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", nil))}), served: "one-id",
			env:  map[string]string{envProjectID: "first-project", envDomainID: homeDomain},
			want: []string{iam + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"the environment's IDs stay behind, with its agency": {
			block: keys, served: "one-id",
			env:  map[string]string{envProjectID: "first-project", envDomainID: homeDomain, auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainName: "one"},
			want: []string{iam + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
		"the block's IDs go along": {
			block: with(map[string]any{"assume_role": agencyBlocks(byName("one", nil)), "project_id": "its-project", "domain_id": "one-id"}), served: "one-id",
			env:     map[string]string{envProjectID: "first-project", envDomainID: homeDomain},
			want:    []string{iam + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
			headers: "its-project one-id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, "token", "\n "+idToken+"\n")
			e := accounts(tc.served, coctest.Rows(3)...)
			for variable, value := range tc.env {
				t.Setenv(variable, strings.Replace(value, "EMULATOR", serveURL(t, e), 1))
			}
			block := map[string]any{"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e)}
			maps.Copy(block, tc.block)
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, block); len(got) > 0 {
				t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
			}
			if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
				t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
			}
			if diff := cmp.Diff(tc.want, signedCalls(e)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			requests := e.Requests()
			header := requests[len(requests)-1].Header
			if got := strings.TrimSpace(header.Get("X-Project-Id") + " " + header.Get("X-Domain-Id")); got != tc.headers {
				t.Errorf("the rows were asked for with %q, want %q", got, tc.headers)
			}
			for _, r := range requests {
				if agent := r.Header.Get("User-Agent"); agent != "Terraform/1.2.3 terraform-provider-coc/test" {
					t.Errorf("%s: User-Agent %q", r.Path, agent)
				}
			}
		})
	}
}

// secretsOf are the keys and tokens that an emulator was sent or has handed out.
func secretsOf(e *coctest.Emulator) []string {
	secrets := append([]string{testKeys.AccessKey, testKeys.SecretKey, homeToken, idToken, nextToken}, e.SubjectTokens()...)
	for _, k := range e.Issued() {
		secrets = append(secrets, k.AccessKey, k.SecretKey, k.SecurityToken[:40])
	}
	return secrets
}

// A hop that fails is one diagnostic on its block, which says which hop, agency and account, and what it takes.
func TestHopThatFails(t *testing.T) {
	chain := map[string]any{
		"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey,
		"assume_role": agencyBlocks(
			map[string]any{"agency_name": "ops", "domain_name": "one"},
			map[string]any{"agency_name": "ops", "domain_id": "two-id"},
			map[string]any{"agency_name": "ops", "domain_name": "three"},
		),
	}
	oidc := map[string]any{"assume_role_with_oidc": oidcBlock(map[string]any{
		"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken,
	})}
	always := func(path string, fault coctest.Fault) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) { e.Fault(coctest.OnPath(path, coctest.Always), fault) }
	}
	distrust := func(account int) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.Accept(func(a *coctest.Accepted) { a.Accounts[account].Agencies[0].TrustedDomainID = "somebody-else" })
		}
	}
	for name, tc := range map[string]struct {
		block     map[string]any
		env       map[string]string
		script    func(*coctest.Emulator)
		attribute string
		want      []string
		requests  int
	}{
		"the first hop": {
			block: chain, script: distrust(0), attribute: "assume_role[0]", requests: 1,
			want: []string{"assume_role (1 of 3)", "the agency ops of the account one", "403 Forbidden", "Agent Operator", "the agency trusts that account", "the provider block"},
		},
		"the second hop": {
			block: chain, script: distrust(1), attribute: "assume_role[1]", requests: 2,
			want: []string{"assume_role (2 of 3)", "the agency ops of the account with the ID two-id", "403 Forbidden", "sts:agencies:assume", "the agency trusts that account", "The caller is the agency ops of the account one"},
		},
		"the third hop": {
			block: chain, script: distrust(2), attribute: "assume_role[2]", requests: 3,
			want: []string{"assume_role (3 of 3)", "the agency ops of the account three", "Agent Operator", "The caller is the agency ops of the account with the ID two-id"},
		},
		"the environment's": {
			block:  map[string]any{"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey},
			env:    map[string]string{auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainName: "one"},
			script: distrust(0), requests: 1,
			want: []string{"HW_ASSUME_ROLE_AGENCY_NAME, the agency ops of the account one", "403 Forbidden", "Agent Operator"},
		},
		"OIDC": {
			block: oidc, script: distrust(0), attribute: "assume_role_with_oidc[0]", requests: 3,
			want: []string{"the agency ops of the account with the ID one-id", "github", "403 Forbidden", "the agency trusts the account"},
		},
		"an ID token that is not accepted": {
			block: oidc, script: func(e *coctest.Emulator) { e.Accept(func(a *coctest.Accepted) { a.IdentityProviders = nil }) }, attribute: "assume_role_with_oidc[0]", requests: 1,
			want: []string{"401 Unauthorized", "The ID token was not accepted"},
		},
		"an answer that is always cut short": {
			block: chain, script: always(coctest.SecurityTokensPath, coctest.CutOff(300)), attribute: "assume_role[0]", requests: 2,
			want: []string{"the agency ops of the account one", "the answer was cut off after", "after 2 attempts"},
		},
		"a service that is down": {
			block: chain, script: always(coctest.AssumePath, coctest.Error(503, "STS.1", "busy")), attribute: "assume_role[1]", requests: 3,
			want: []string{"503 Service Unavailable", "STS.1", "emulated-0003", "after 2 attempts"},
		},
		"a clock that is off too far": {
			block: chain, script: func(e *coctest.Emulator) { e.Skew = time.Hour }, attribute: "assume_role[0]", requests: 1,
			want: []string{"401 Unauthorized", "this machine's clock"},
		},
		"an answer that repeats what was sent": {
			block: oidc, script: always(coctest.IDTokensPath, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
				body, _ := io.ReadAll(r.Body)
				coctest.Error(400, "IAM.1", "bad: "+string(body))(w, r, nil)
			}), attribute: "assume_role_with_oidc[0]", requests: 1,
			want: []string{"400 Bad Request", "IAM.1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			e := accounts("three-id", coctest.Rows(3)...)
			tc.script(e)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			block := map[string]any{"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e), "max_retries": 1}
			maps.Copy(block, tc.block)
			server, schemas := newServer(t)
			got := configure(t, server, schemas, block)
			if len(got) != 1 {
				t.Fatalf("want one diagnostic, got %v", got)
			}
			at, text := "", got[0].Summary+": "+got[0].Detail
			if got[0].Attribute != nil {
				at = dotted(got[0].Attribute)
			}
			if at != tc.attribute {
				t.Errorf("at %q, want %q", at, tc.attribute)
			}
			for _, part := range tc.want {
				if !strings.Contains(text, part) {
					t.Errorf("no %q in %s", part, text)
				}
			}
			for _, secret := range secretsOf(e) {
				if strings.Contains(text, secret) {
					t.Errorf("%s is in %s", secret, text)
				}
			}
			if n := len(e.Requests()); n != tc.requests {
				t.Errorf("%d requests, want %d: %v", n, tc.requests, signedCalls(e))
			}
		})
	}
}

// An answer with keys that is cut short is asked for again.
func TestKeysCutShort(t *testing.T) {
	e := accounts("two-id", coctest.Rows(3)...)
	e.Fault(coctest.OnPath(coctest.SecurityTokensPath, coctest.FirstTries(0, 1)), coctest.CutOff(300))
	e.Fault(coctest.OnPath(coctest.AssumePath, coctest.FirstTries(0, 1)), coctest.Reset)
	server, schemas := newServer(t)
	if got := configure(t, server, schemas, map[string]any{
		"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e),
		"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey, "assume_role": agencyBlocks(
			map[string]any{"agency_name": "ops", "domain_name": "one"}, map[string]any{"agency_name": "ops", "domain_id": "two-id"},
		),
	}); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	iam, sts := coctest.SecurityTokensPath+" by "+homeDomain+" for 3600", coctest.AssumePath+" by one-id/ops for 3600"
	if diff := cmp.Diff([]string{iam, iam, sts, sts, coctest.Path + " by two-id/ops"}, signedCalls(e)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// memory is a network in memory, which runs in the virtual time of testing/synctest.
type memory struct {
	connections chan net.Conn
	closed      chan struct{}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.connections:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error { close(m.closed); return nil }

func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (m *memory) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	m.connections <- server
	return client, nil
}

// serveInMemory returns a transport to an emulator.
func serveInMemory(t *testing.T, e *coctest.Emulator) *http.Transport {
	t.Helper()
	network := &memory{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: e, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-done
	})
	return transport
}

// Keys expire while a long list is read: 500 pages of 50 seconds, four at once, take 104 minutes. The emulator refuses expired keys.
func TestKeysExpireInALongList(t *testing.T) {
	const iam, sts, ids = coctest.SecurityTokensPath, coctest.AssumePath, coctest.IDTokensPath
	hour, quarter := time.Hour, 15*time.Minute
	for name, tc := range map[string]struct {
		agencies []auth.Agency
		oidc     bool
		served   string
		skew     time.Duration
		life     time.Duration  // of the keys that sign
		calls    map[string]int // for keys
	}{
		"by name": {agencies: []auth.Agency{{Name: "ops", DomainName: "one"}}, served: "one-id", life: hour, calls: map[string]int{iam: 2}},
		"by ID":   {agencies: []auth.Agency{{Name: "ops", DomainID: "one-id"}}, served: "one-id", life: hour, calls: map[string]int{sts: 2}},
		"a chain of three": {
			agencies: []auth.Agency{{Name: "ops", DomainName: "one"}, {Name: "ops", DomainID: "two-id"}, {Name: "ops", DomainName: "three"}},
			served:   "three-id", life: hour, calls: map[string]int{iam: 4, sts: 2},
		},
		"the last one of a chain expires first": {
			agencies: []auth.Agency{{Name: "ops", DomainName: "one", Duration: 24 * time.Hour}, {Name: "ops", DomainID: "two-id", Duration: quarter}},
			served:   "two-id", life: quarter, calls: map[string]int{iam: 1, sts: 9},
		},
		"OIDC": {oidc: true, served: "one-id", life: hour, calls: map[string]int{ids: 2, iam: 2, sts: 2}},
		"IAM's clock ahead": {
			agencies: []auth.Agency{{Name: "ops", DomainName: "one", Duration: quarter}}, served: "one-id", skew: 14 * time.Minute, life: quarter,
			calls: map[string]int{iam: 9},
		},
		"IAM's clock behind": {
			agencies: []auth.Agency{{Name: "ops", DomainName: "one", Duration: quarter}}, served: "one-id", skew: -14 * time.Minute, life: quarter,
			calls: map[string]int{iam: 9},
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			file := writeHome(t, "token", idToken+"\n")
			synctest.Test(t, func(t *testing.T) {
				e := accounts(tc.served, coctest.Rows(500)...)
				e.Skew = tc.skew
				e.Fault(coctest.OnPath(coctest.Path, coctest.Always), coctest.After(50*time.Second))
				e.Edit = func(r coctest.Request, _ *coctest.Page) {
					if r.Offset == 10 {
						write(t, file, nextToken+"\n")
					}
				}
				credentials := auth.Block{Agencies: tc.agencies}
				if tc.oidc {
					credentials.OIDC = &auth.OIDC{AgencyName: "ops", DomainID: "one-id", ProviderID: "github", TokenFile: file}
				} else {
					credentials.AccessKey, credentials.SecretKey = &testKeys.AccessKey, &testKeys.SecretKey
				}
				const endpoint = "http://localhost"
				transport := serveInMemory(t, e)
				found, _, err := auth.Find(t.Context(), credentials, auth.Options{
					Transport: transport, IAMEndpoint: endpoint, STSEndpoint: endpoint, MaxRetries: 5,
					OnRenewalFailed: func(_ context.Context, err error) { t.Error(err) },
				})
				if err != nil {
					t.Fatal(err)
				}
				client, err := rest.New(rest.Config{Endpoint: endpoint, Signer: found.Signer, Transport: transport})
				if err != nil {
					t.Fatal(err)
				}
				got, err := coc.ExecutionInstances.Read(t.Context(), client, coc.Params{Limit: 1})
				if err != nil || len(got.Rows) != 500 {
					t.Fatalf("%v: %v", err, got)
				}
				calls, last := map[string]int{}, time.Time{}
				for _, r := range e.Requests() {
					if r.Refused != "" || r.Try > 1 && r.Path == coctest.Path {
						t.Errorf("%s at offset %d, try %d: %s", r.Path, r.Offset, r.Try, r.Refused)
					}
					if r.Path == coctest.Path {
						continue
					}
					calls[r.Path]++
					// Keys are renewed before a fifth of their life is left, and at most five minutes before their end. The request
					// is at the next page.
					due := tc.life - min(tc.life/5, 5*time.Minute)
					if pause := r.At.Sub(last); !last.IsZero() && pause > time.Minute && (pause < due-time.Minute || pause > due+time.Minute) {
						t.Errorf("%s after %s, want %s", r.Path, pause, due)
					}
					last = r.At
				}
				if !maps.Equal(calls, tc.calls) {
					t.Errorf("%v, want %v", calls, tc.calls)
				}
				if tokens := tokensSent(e); tc.oidc && (len(tokens) != 2 || !strings.Contains(tokens[0], idToken) || !strings.Contains(tokens[1], nextToken)) {
					t.Errorf("the second token is not the one that is in the file by then: %v", tokens)
				}
			})
		})
	}
}

// tokensSent are the bodies of the requests with ID tokens.
func tokensSent(e *coctest.Emulator) []string {
	var bodies []string
	for _, r := range e.Requests() {
		if r.Path == coctest.IDTokensPath {
			bodies = append(bodies, r.Body)
		}
	}
	return bodies
}

// The log names the agencies, and no line of it has a body or a secret.
func TestAgenciesInTheLog(t *testing.T) {
	e := accounts("two-id", coctest.Rows(3)...)
	e.Fault(coctest.OnPath(coctest.AssumePath, coctest.FirstTries(0, 1)), coctest.Error(503, "STS.1", "busy"))
	var logged bytes.Buffer
	_, _, diags := resolve(tflogtest.RootLogger(t.Context(), &logged), modelOf(t, map[string]any{
		"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e),
		"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey, "assume_role": agencyBlocks(
			map[string]any{"agency_name": "ops", "domain_name": "one"}, map[string]any{"agency_name": "ops", "domain_id": "two-id"},
		),
	}), "test")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	text := logged.String()
	for _, part := range []string{
		"then the agency ops of the account one, then the agency ops of the account with the ID two-id",
		`"path":"` + coctest.SecurityTokensPath + `"`, `"request_id":"emulated-0001"`, `"status":503`, `"error":"STS.1"`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	for _, secret := range append(secretsOf(e), "duration_seconds", "agency_session_name", "expires_at", "expiration") {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the log: %s", secret, text)
		}
	}
}

// A real Terraform acts by an ID token and then by an agency, and leaves nothing secret behind.
func TestAccOtherAccount(t *testing.T) {
	newHome(t)
	file := writeHome(t, "token", idToken)
	for name, tc := range map[string]struct {
		token string // the argument
		fails bool
	}{
		"a token":       {token: fmt.Sprintf("id_token = %q", idToken)},
		"a token file":  {token: fmt.Sprintf("id_token_file = %q", file)},
		"a refused hop": {token: fmt.Sprintf("id_token = %q", idToken), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			e := accounts("two-id", coctest.Rows(3)...)
			if tc.fails {
				e.Accept(func(a *coctest.Accepted) { a.Accounts[1].Agencies[0].TrustedDomainID = "somebody-else" })
			}
			url := serveURL(t, e)
			cmd := terraform(t.Context(), t, fmt.Sprintf(`
provider "coc" {
  endpoint     = %q
  iam_endpoint = %q
  sts_endpoint = %q

  assume_role_with_oidc {
    agency_name = "ops"
    domain_id   = "one-id"
    idp_id      = "github"
    %s
  }

  assume_role {
    agency_name = "ops"
    domain_name = "two"
  }
}

data "coc_execution_instances" "test" {}
`, url, url, url, tc.token), "apply", "-auto-approve", "-no-color")
			out, err := cmd.CombinedOutput()
			if (err != nil) != tc.fails {
				t.Fatalf("%v\n%s", err, out)
			}
			log, err := os.ReadFile(filepath.Join(cmd.Dir, "trace.log"))
			if err != nil {
				t.Fatal(err)
			}
			state, err := os.ReadFile(filepath.Join(cmd.Dir, "terraform.tfstate"))
			if !tc.fails && (err != nil || !strings.Contains(string(state), "web-0001")) {
				t.Errorf("no state: %v", err)
			}
			if tc.fails {
				prints(t, string(out), "Error: Cannot act as an agency", `in provider "coc"`, "the agency ops of the account two", "Agent Operator")
			} else if !strings.Contains(string(log), "request_id=emulated-0005") {
				t.Error("the log holds no line of the request for rows")
			}
			secrets := append(secretsOf(e), "agency_session_name")
			for _, r := range e.Requests() {
				if _, signature, ok := strings.Cut(r.Header.Get("Authorization"), "Signature="); ok {
					secrets = append(secrets, signature)
				}
			}
			for _, secret := range secrets {
				for where, text := range map[string]string{"log": string(log), "output": string(out), "state": string(state)} {
					if strings.Contains(text, secret) {
						t.Errorf("%s is in the %s", secret, where)
					}
				}
			}
		})
	}
}

// manyAccounts prepares what the guide to many accounts needs. COC serves any account of an agency, but not the one of the keys.
func manyAccounts(t *testing.T, e *coctest.Emulator) {
	t.Helper()
	const staging = "4f5e6d7c8b9a4f5e6d7c8b9a4f5e6d7c"
	e.Accept(func(a *coctest.Accepted) {
		a.DomainID = homeDomain
		a.Accounts = []coctest.Account{
			{DomainID: "production-id", Name: "acme-production", Agencies: []coctest.Agency{
				{Name: "coc-reader", TrustedDomainID: homeDomain}, {Name: "operations", TrustedDomainID: homeDomain},
			}},
			{DomainID: staging, Name: "acme-staging", Agencies: []coctest.Agency{{Name: "coc-reader", TrustedDomainID: homeDomain}}},
			{DomainID: "customer-id", Name: "a-customer", Agencies: []coctest.Agency{{Name: "coc-reader", TrustedDomainID: "production-id"}}},
		}
		a.IdentityProviders = []coctest.IdentityProvider{{ID: "pipelines", DomainID: homeDomain, IDTokens: []string{idToken}}}
	})
	e.Fault(func(r coctest.Request) bool { return r.Path == coctest.ExecutionsPath && r.Agency != "coc-reader" },
		coctest.Error(http.StatusForbidden, "COC.00030003", "not this account"))
	writeHome(t, "id-token", idToken+"\n")
	t.Setenv(envIAMEndpoint, os.Getenv(envEndpoint))
	t.Setenv(envSTSEndpoint, os.Getenv(envEndpoint))
}
