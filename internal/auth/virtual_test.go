package auth

import (
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// ownKeys are keys of the account that the provider begins with.
var ownKeys = coctest.Keys{AccessKey: "OWNACCESSKEY", SecretKey: "WJ4rTq9Zx2Lm7Bv0"}

// callersToken is an IAM token of the account of ownKeys.
const callersToken = "an-iam-token-of-the-caller"

// withAgencies returns an emulator of three accounts: each has an agency ops that trusts the one before. The first one trusts the
// account of ownKeys, and has an agency that trusts the account of an identity provider.
func withAgencies() *coctest.Emulator {
	e := coctest.New(ownKeys, coctest.Rows(3)...)
	e.Accept(func(a *coctest.Accepted) {
		a.DomainID, a.Token = "d0", callersToken
		a.Accounts = []coctest.Account{
			{DomainID: "d1", Name: "one", Agencies: []coctest.Agency{
				{Name: "ops", TrustedDomainID: "d0"}, {Name: "pipeline", TrustedDomainID: "d7"},
			}},
			{DomainID: "d2", Name: "two", Agencies: []coctest.Agency{{Name: "ops", TrustedDomainID: "d1"}}},
			{DomainID: "d3", Name: "three", Agencies: []coctest.Agency{{Name: "ops", TrustedDomainID: "d2"}}},
		}
		a.IdentityProviders = []coctest.IdentityProvider{{ID: "idp", DomainID: "d7", IDTokens: []string{idToken, "second-id-token"}}}
	})
	return e
}

const testIAM, testSTS = "http://127.0.0.1:1", "http://127.0.0.1:2"

// twoServices hands the requests for IAM and those for STS to a handler, each at its own endpoint. Any other is not found.
func twoServices(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sts := "http://"+r.Host == testSTS; sts != (r.URL.Path == coctest.AssumePath) {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// ownBlock is a provider block with ownKeys and agencies.
func ownBlock(agencies ...Agency) Block {
	return Block{AccessKey: ownKeys.AccessKey, SecretKey: ownKeys.SecretKey, Agencies: agencies}
}

// useNetwork makes a handler answer all requests, in virtual time, too.
func (m *machine) useNetwork(handler http.Handler) {
	m.transport = &http.Transport{}
	m.transport.RegisterProtocol("http", coctest.Transport{Handler: handler})
	m.options.Transport = m.transport
	m.options.IAMEndpoint, m.options.STSEndpoint = testIAM, testSTS
}
