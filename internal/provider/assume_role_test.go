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

	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
func agencyBlocks(blocks ...args) []tftypes.Value {
	return blocksOf(map[string]tftypes.Type{
		"agency_name": tftypes.String, "domain_name": tftypes.String, "domain_id": tftypes.String, "duration": tftypes.Number,
	}, blocks...)
}

// oidcBlock is a block assume_role_with_oidc of some attributes; the others are null.
func oidcBlock(attributes args) []tftypes.Value {
	return blocksOf(map[string]tftypes.Type{
		"agency_name": tftypes.String, "domain_id": tftypes.String, "idp_id": tftypes.String, "id_token": tftypes.String,
		"id_token_file": tftypes.String, "duration": tftypes.Number,
	}, attributes)
}

func blocksOf(types map[string]tftypes.Type, blocks ...args) (values []tftypes.Value) {
	for _, block := range blocks {
		values = append(values, tftypes.NewValue(tftypes.Object{AttributeTypes: types}, attributesOf(types, block)))
	}
	return values
}

func attributesOf(types map[string]tftypes.Type, attributes args) map[string]tftypes.Value {
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
	const name, visible = "must be a name, not empty", "must be one or more visible ASCII"
	agency := args{"agency_name": "ops", "domain_name": "one"}
	oidc := args{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token": idToken}
	for _, tc := range []struct {
		of        args // which the change is made in
		change    args
		attribute string // of the block, empty for the block itself
		want      string
	}{
		{agency, args{"agency_name": ""}, "agency_name", name},
		{agency, args{"agency_name": "ops\n"}, "agency_name", "without blanks or line ends around it"},
		{agency, args{"domain_name": "\t"}, "domain_name", name},
		{agency, args{"domain_name": nil, "domain_id": ""}, "domain_id", visible},
		{agency, args{"domain_id": "one-id"}, "domain_id", "Conflicting arguments: assume_role[0]: domain_name and"},
		{agency, args{"duration": 0}, "duration", "seconds with domain_name, got 0."},
		{agency, args{"duration": 1 << 40}, "duration", "got 1099511627776."},
		{agency, args{"domain_name": nil, "domain_id": unknown}, "domain_id", "is known only after apply"},
		{oidc, args{"agency_name": " "}, "agency_name", name},
		{oidc, args{"domain_id": " "}, "domain_id", visible},
		{oidc, args{"idp_id": ""}, "idp_id", visible},
		{oidc, args{"id_token": ""}, "id_token", visible},
		{oidc, args{"id_token": idToken + "\n"}, "id_token", "got one with blanks or line ends around it"},
		{oidc, args{"id_token": nil, "id_token_file": " "}, "id_token_file", "must be a path, not empty"},
		{oidc, args{"id_token": nil}, "id_token_file", "assume_role_with_oidc[0]: neither id_token nor"},
		{oidc, nil, "", "at most 1"}, // of two blocks
	} {
		t.Run(fmt.Sprint(tc.change), func(t *testing.T) {
			e := accounts("one-id")
			changed := maps.Clone(tc.of)
			maps.Copy(changed, tc.change)
			block := args{"iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e)}
			at := "assume_role_with_oidc"
			switch _, isOIDC := changed["idp_id"]; {
			case !isOIDC:
				at = "assume_role"
				block[at], block["access_key"], block["secret_key"] = agencyBlocks(changed), testKeys.AccessKey, testKeys.SecretKey
			case tc.change == nil:
				block[at] = append(oidcBlock(changed), oidcBlock(changed)...)
			default:
				block[at] = oidcBlock(changed)
			}
			if tc.attribute != "" {
				at += "[0]." + tc.attribute
			}
			got := configuring(t, block)
			if len(got) != 1 {
				t.Fatalf("got %v, want one diagnostic", got)
			}
			text := got[0].Summary + ": " + got[0].Detail
			wantEqual(t, text, dotted(got[0].Attribute), at)
			wantIn(t, at, text, tc.want)
			wantNotIn(t, at, text, idToken)
			wantEqual(t, "requests", len(e.Requests()), 0)
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

// The provider acts in the account that its blocks name. IDs of the first account stay behind.
//
// Fault: first account's IDs.
func TestActInAnotherAccount(t *testing.T) {
	const iam, sts, ids, rows = coctest.SecurityTokensPath, coctest.AssumePath, coctest.IDTokensPath, coctest.Path
	byName := args{"agency_name": "ops", "domain_name": "one", "duration": 7200}
	byID := args{"agency_name": "ops", "domain_id": "two-id", "duration": 1800}
	byFile := args{"agency_name": "ops", "domain_id": "one-id", "idp_id": "github", "id_token_file": "~/token", "duration": 1800}
	keys := args{"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	for name, tc := range map[string]struct {
		block   args
		with    args // which the block has, too
		served  string
		want    []string
		headers string // X-Project-Id and X-Domain-Id of the request for rows
	}{
		"a chain": {
			args{"assume_role": agencyBlocks(byName, byID)}, keys, "two-id",
			[]string{iam + " by " + homeDomain + " for 7200", sts + " by one-id/ops for 1800", rows + " by two-id/ops"}, "",
		},
		"the block's IDs go along": {
			args{"assume_role": agencyBlocks(byName), "project_id": "its-project", "domain_id": "one-id"}, keys, "one-id",
			[]string{iam + " by " + homeDomain + " for 7200", rows + " by one-id/ops"}, "its-project one-id",
		},
		"OIDC": {
			args{"assume_role_with_oidc": oidcBlock(byFile)}, nil, "one-id",
			[]string{
				ids + " by " + homeDomain, iam + " by " + homeDomain + " for 3600", sts + " by " + homeDomain + " for 1800",
				rows + " by one-id/ops",
			}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, "token", "\n "+idToken+"\n")
			e := accounts(tc.served, coctest.Rows(3)...)
			setenv(t, vars{envProjectID: "first-project", envDomainID: homeDomain})
			block := args{"endpoint": serveURL(t, e), "iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e)}
			maps.Copy(block, tc.block)
			maps.Copy(block, tc.with)
			server, schemas := newServer(t)
			wantDiagnostic(t, configure(t, server, schemas, block), "", "")
			mustRead(t, server, schemas)
			wantEqual(t, "requests", slices.Compact(requestsFor(e)), tc.want)
			requests := e.Requests()
			header := requests[len(requests)-1].Header
			wantEqual(t, "IDs", strings.TrimSpace(header.Get("X-Project-Id")+" "+header.Get("X-Domain-Id")), tc.headers)
			for _, r := range requests {
				wantEqual(t, r.Path, r.Header.Get("User-Agent"), "Terraform/1.2.3 terraform-provider-coc/test")
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
	got := configuring(t, args{
		"iam_endpoint": serveURL(t, e), "sts_endpoint": serveURL(t, e), "token": homeToken,
		"assume_role": agencyBlocks(args{"agency_name": "ops", "domain_name": "one"}, args{"agency_name": "ops", "domain_id": "two-id"}),
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
	texts := vars{"output": string(out)}
	for file, want := range map[string]string{"trace.log": "then the agency ops of the account two", "terraform.tfstate": "web-0001"} {
		content, err := os.ReadFile(filepath.Join(cmd.Dir, file)) //nolint:gosec // a file of this test
		noError(t, err)
		texts[file] = string(content)
		wantIn(t, file, texts[file], want)
	}
	secrets := append(signatures(e), append(e.SubjectTokens(), idToken, "agency_session_name")...)
	for _, k := range e.Issued() {
		secrets = append(secrets, k.AccessKey, k.SecretKey, k.SecurityToken[:40])
	}
	for where, text := range texts {
		wantNotIn(t, where, text, secrets...)
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
	askEmulator(t)
}
