package provider

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The rules for agencies, and how their keys are obtained and renewed, are tested in package auth. Here is what the provider
// makes of its blocks.

const (
	homeToken  = "home-token"
	homeDomain = "0f1a0c3e5b7d4e6f8a9b0c1d2e3f4a50"
	idToken    = "eyJhbGciOiJSUzI1NiJ9.first.signature"
)

// accounts returns an emulator with an agency ops in each of three accounts, each of which trusts the account before:
// testKeys', one, two. It serves the rows of one account alone. The identity provider is in testKeys' account.
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
		a.IdentityProviders = []coctest.IdentityProvider{{ID: "github", DomainID: homeDomain, IDTokens: []string{idToken}}}
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

// A mistake in a block is one diagnostic on its attribute, before anything is sent.
//
// Fault: ambiguous agency.
func TestAssumeRoleArguments(t *testing.T) {
	agency := func(more map[string]any) map[string]any {
		m := map[string]any{"agency_name": "ops", "domain_name": "one"}
		maps.Copy(m, more)
		return map[string]any{"assume_role": agencyBlocks(m), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	}
	oidc := func(more map[string]any) map[string]any {
		m := map[string]any{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken}
		maps.Copy(m, more)
		return map[string]any{"assume_role_with_oidc": oidcBlock(m)}
	}
	type some = map[string]any
	const name, visible = "must be a name, not empty", "must be visible ASCII"
	for what, tc := range map[string]struct {
		block     map[string]any
		attribute string
		want      string
	}{
		"no agency":           {agency(some{"agency_name": ""}), "assume_role[0].agency_name", name},
		"blanks around it":    {agency(some{"agency_name": "ops\n"}), "assume_role[0].agency_name", "without blanks or line ends around it"},
		"a blank account":     {agency(some{"domain_name": "\t"}), "assume_role[0].domain_name", name},
		"an empty account ID": {agency(some{"domain_name": nil, "domain_id": ""}), "assume_role[0].domain_id", visible},
		"name and ID": {
			agency(some{"domain_id": "one-id"}), "assume_role[0].domain_id",
			"Contradicting arguments: assume_role[0]: domain_name and",
		},
		"no time":           {agency(some{"duration": 0}), "assume_role[0].duration", "seconds with domain_name, got 0."},
		"more than 64 bits": {agency(some{"duration": 1 << 40}), "assume_role[0].duration", "got 1099511627776."},
		"unknown account": {
			agency(some{"domain_name": nil, "domain_id": unknown}), "assume_role[0].domain_id", "is known only after apply",
		},
		"OIDC, no agency":     {oidc(some{"agency_name": " "}), "assume_role_with_oidc[0].agency_name", name},
		"OIDC, blank account": {oidc(some{"domain_id": " "}), "assume_role_with_oidc[0].domain_id", visible},
		"OIDC, no provider":   {oidc(some{"idp_id": ""}), "assume_role_with_oidc[0].idp_id", visible},
		"OIDC, empty token":   {oidc(some{"id_token": ""}), "assume_role_with_oidc[0].id_token", visible},
		"OIDC, token in lines": {
			oidc(some{"id_token": idToken + "\n"}), "assume_role_with_oidc[0].id_token", "got one with blanks or line ends around it",
		},
		"OIDC, blank file": {
			oidc(some{"id_token": nil, "id_token_file": " "}), "assume_role_with_oidc[0].id_token_file", "must be a path, not empty",
		},
		"OIDC, no token": {
			oidc(some{"id_token": nil}), "assume_role_with_oidc[0].id_token_file",
			"assume_role_with_oidc[0]: neither id_token nor",
		},
		"two of OIDC": {
			some{"assume_role_with_oidc": append(oidcBlock(some{"agency_name": "a", "domain_id": "d", "idp_id": "i", "id_token": "t"}),
				oidcBlock(some{"agency_name": "a", "domain_id": "d", "idp_id": "i", "id_token": "t"})...)},
			"assume_role_with_oidc", "at most 1",
		},
	} {
		t.Run(what, func(t *testing.T) {
			e := accounts("one-id")
			tc.block["iam_endpoint"], tc.block["sts_endpoint"] = serveURL(t, e), serveURL(t, e)
			server, schemas := newServer(t)
			got := configure(t, server, schemas, tc.block)
			if len(got) != 1 {
				t.Fatalf("want one diagnostic, got %v", got)
			}
			at, text := dotted(got[0].Attribute), got[0].Summary+": "+got[0].Detail
			if at != tc.attribute || !strings.Contains(text, tc.want) || strings.Contains(text, idToken) {
				t.Errorf("got %q at %q, want %q at %q", text, at, tc.want, tc.attribute)
			}
			if n := len(e.Requests()); n != 0 {
				t.Errorf("%d requests, want none", n)
			}
		})
	}
}

// dotted writes a path as a user would: assume_role[0].domain_id.
func dotted(at *tftypes.AttributePath) string {
	if at == nil {
		return ""
	}
	return pathIn(at).String()
}

// requestsFor lists the requests to an emulator: the path, who signed it, and the duration that was asked for, if any.
func requestsFor(e *coctest.Emulator) []string {
	var calls []string
	for _, r := range e.Requests() {
		call := r.Path + " by " + r.Account
		if r.Agency != "" {
			call += "/" + r.Agency
		}
		if found := regexp.MustCompile(`"duration_seconds":(\d+)`).FindStringSubmatch(r.Body); found != nil {
			call += " for " + found[1]
		}
		calls = append(calls, call)
	}
	return calls
}

// The provider acts in the account that its blocks or the environment name. IDs of the first account stay behind.
//
// Fault: first account's IDs.
func TestActInAnotherAccount(t *testing.T) {
	const iam, sts, ids, rows = coctest.SecurityTokensPath, coctest.AssumePath, coctest.IDTokensPath, coctest.Path
	byName := map[string]any{"agency_name": "ops", "domain_name": "one", "duration": 7200}
	byID := map[string]any{"agency_name": "ops", "domain_id": "two-id", "duration": 1800}
	byFile := map[string]any{
		"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token_file": "~/token", "duration": 1800,
	}
	byToken := map[string]any{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken}
	keys := map[string]string{auth.EnvAccessKey: testKeys.AccessKey, auth.EnvSecretKey: testKeys.SecretKey}
	for name, tc := range map[string]struct {
		block   map[string]any
		env     map[string]string
		served  string
		want    []string
		headers string // X-Project-Id and X-Domain-Id of the request for rows
	}{
		"a chain": {
			block: map[string]any{"assume_role": agencyBlocks(byName, byID)}, env: keys, served: "two-id",
			want: []string{iam + " by " + homeDomain + " for 7200", sts + " by one-id/ops for 1800", rows + " by two-id/ops"},
		},
		"the block's IDs go along": {
			block: map[string]any{"assume_role": agencyBlocks(byName), "project_id": "its-project", "domain_id": "one-id"}, env: keys,
			served: "one-id", want: []string{iam + " by " + homeDomain + " for 7200", rows + " by one-id/ops"}, headers: "its-project one-id",
		},
		"OIDC by a file": {
			block: map[string]any{"assume_role_with_oidc": oidcBlock(byFile)}, served: "one-id",
			want: []string{
				ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 1800",
				rows + " by one-id/ops",
			},
		},
		"OIDC by a token, and then an agency": {
			block: map[string]any{"assume_role_with_oidc": oidcBlock(byToken), "assume_role": agencyBlocks(byID)}, served: "two-id",
			want: []string{
				ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 3600",
				sts + " by one-id/ops for 1800", rows + " by two-id/ops",
			},
		},
		"the environment's agency": {
			env: map[string]string{
				auth.EnvAccessKey: testKeys.AccessKey, auth.EnvSecretKey: testKeys.SecretKey,
				auth.EnvAssumeAgencyName: "ops", auth.EnvAssumeDomainID: "one-id",
			}, served: "one-id", want: []string{sts + " by " + homeDomain + " for 3600", rows + " by one-id/ops"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, "token", "\n "+idToken+"\n")
			e := accounts(tc.served, coctest.Rows(3)...)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			t.Setenv(envProjectID, "first-project")
			t.Setenv(envDomainID, homeDomain)
			block := map[string]any{"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e)}
			maps.Copy(block, tc.block)
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, block); len(got) > 0 {
				t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
			}
			if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
				t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
			}
			if diff := cmp.Diff(tc.want, slices.Compact(requestsFor(e))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			requests := e.Requests()
			header := requests[len(requests)-1].Header
			if got := strings.TrimSpace(header.Get("X-Project-Id") + " " + header.Get("X-Domain-Id")); got != tc.headers {
				t.Errorf("the rows were asked for with %q, want %q", got, tc.headers)
			}
			for _, r := range requests {
				if agent, want := r.Header.Get("User-Agent"), "Terraform/1.2.3 terraform-provider-coc/test"; agent != want {
					t.Errorf("%s: User-Agent %q, want %q", r.Path, agent, want)
				}
			}
		})
	}
}

// An agency that cannot be assumed is one diagnostic on its block.
//
// Fault: untrusting agency.
func TestAgencyThatIsRefused(t *testing.T) {
	e := accounts("two-id")
	e.Accept(func(a *coctest.Accepted) { a.Accounts[1].Agencies[0].TrustedDomainID = "somebody-else" })
	server, schemas := newServer(t)
	got := configure(t, server, schemas, map[string]any{
		"iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e), "token": homeToken, "assume_role": agencyBlocks(
			map[string]any{"agency_name": "ops", "domain_name": "one"}, map[string]any{"agency_name": "ops", "domain_id": "two-id"},
		),
	})
	const want = "Cannot act as an agency: assume_role (2 of 2), the agency ops of the account with the ID two-id: "
	if len(got) != 1 || dotted(got[0].Attribute) != "assume_role[1]" || !strings.HasPrefix(got[0].Summary+": "+got[0].Detail, want) {
		t.Errorf("got %v\nwant %s at assume_role[1]", got, want)
	}
}

// A real Terraform acts by an ID token and then by an agency, and leaves nothing secret behind.
func TestAccOtherAccount(t *testing.T) {
	newHome(t)
	e := accounts("two-id", coctest.Rows(3)...)
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
    id_token    = %q
  }

  assume_role {
    agency_name = "ops"
    domain_name = "two"
  }
}

data "coc_execution_instances" "test" {}
`, url, url, url, idToken), "apply", "-auto-approve", "-no-color")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	texts := map[string]string{"output": string(out)}
	for file, want := range map[string]string{"trace.log": "then the agency ops of the account two", "terraform.tfstate": "web-0001"} {
		content, err := os.ReadFile(filepath.Join(cmd.Dir, file)) //nolint:gosec // a file of this test
		if err != nil || !strings.Contains(string(content), want) {
			t.Errorf("no %q in %s: %v", want, file, err)
		}
		texts[file] = string(content)
	}
	secrets := append([]string{idToken, "agency_session_name"}, e.SubjectTokens()...)
	for _, k := range e.Issued() {
		secrets = append(secrets, k.AccessKey, k.SecretKey, k.SecurityToken[:40])
	}
	for _, r := range e.Requests() {
		if _, signature, ok := strings.Cut(r.Header.Get("Authorization"), "Signature="); ok {
			secrets = append(secrets, signature)
		}
	}
	for where, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in the %s", secret, where)
			}
		}
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
	t.Setenv(auth.EnvSDKIAMEndpoint, os.Getenv(envEndpoint))
	t.Setenv(auth.EnvSDKSTSEndpoint, os.Getenv(envEndpoint))
}
