package coctest

import (
	"fmt"
	"strings"
	"time"
)

// Account is an account (domain) with agencies.
type Account struct {
	DomainID, Name string
	Agencies       []Agency
}

// Agency is what another account can act as.
type Agency struct {
	Name string
	// TrustedDomainID is the account whose keys, permanent or temporary, can be exchanged for keys of the agency.
	TrustedDomainID string
}

// IdentityProvider is an identity provider whose tokens IAM exchanges for keys.
type IdentityProvider struct {
	ID string
	// DomainID is the account that the provider is registered in. An agency that is reached with its tokens trusts this
	// account.
	DomainID string
	// IDTokens are the tokens that are accepted.
	IDTokens []string
}

// session holds keys that were handed out.
type session struct {
	Keys
	by      identity
	expires time.Time
}

// expiryLayout is the form of an expiry time.
const expiryLayout = "2006-01-02T15:04:05.000000Z"

// Issued returns the keys that were handed out, in their order.
func (e *Emulator) Issued() []Keys {
	e.mu.Lock()
	defer e.mu.Unlock()
	var keys []Keys
	for _, s := range e.sessions {
		keys = append(keys, s.Keys)
	}
	return keys
}

// SubjectTokens returns the IAM tokens that were handed out for tokens of identity providers.
func (e *Emulator) SubjectTokens() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var tokens []string
	for i := range len(e.subjects) {
		tokens = append(tokens, subjectToken(i))
	}
	return tokens
}

// issue hands out new keys, valid from now on.
func (e *Emulator) issue(by identity, seconds int) session {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.sessions) + 1
	by.temporary = true
	s := session{
		Keys: Keys{
			AccessKey: fmt.Sprintf("HSTAISSUED%010d", n),
			SecretKey: fmt.Sprintf("issuedSecretKey%025d", n),
			// The length of a token is not documented, so this one is long.
			SecurityToken: fmt.Sprintf("issuedSecurityToken%04d%s", n, strings.Repeat("Zm9v", 250)),
		},
		by:      by,
		expires: e.now().Add(time.Duration(seconds) * time.Second),
	}
	e.sessions = append(e.sessions, s)
	return s
}

// issueSubject hands out a new IAM token.
func (e *Emulator) issueSubject(domainID string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.subjects == nil {
		e.subjects = make(map[string]string)
	}
	token := subjectToken(len(e.subjects))
	e.subjects[token] = domainID
	return token
}

func subjectToken(i int) string { return fmt.Sprintf("MIIissuedSubjectToken%04d", i+1) }

// agency returns the identity whose keys IAM or STS hands out for an agency, or nil if the agency does not exist or
// trusts another account.
func (e *Emulator) agency(ofAccount func(Account) bool, name string, caller identity) *identity {
	for _, account := range e.accepted.Accounts {
		for _, agency := range account.Agencies {
			if ofAccount(account) && agency.Name == name && agency.TrustedDomainID == caller.account && caller.account != "" {
				return &identity{account: account.DomainID, agency: name}
			}
		}
	}
	return nil
}
