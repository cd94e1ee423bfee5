package coctest

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Accepted says who may ask an [Emulator] for what.
type Accepted struct {
	// Keys and Token are the credentials that are accepted. An empty AccessKey or Token accepts none of that kind.
	Keys  Keys
	Token string
	// DomainID is the account that Keys and Token belong to.
	DomainID string
	// Accounts have agencies, for which IAM and STS hand out keys.
	Accounts []Account
	// IdentityProviders are those whose tokens IAM takes.
	IdentityProviders []IdentityProvider
	// ServedDomainID is the account that the rows belong to: COC refuses the keys of any other account. If it is empty,
	// every account is served.
	ServedDomainID string
}

// Accept changes who may ask for what. The change holds from the next request on; a request that is being checked is
// not affected.
func (e *Emulator) Accept(change func(*Accepted)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.accepted)
}

// identity says whose credentials a request has.
type identity struct {
	account, agency string // as of Request
	temporary       bool   // the keys were handed out
}

// authenticate returns whose credentials a request has: the accepted token, the accepted keys, or keys that were handed
// out and are still valid.
func (e *Emulator) authenticate(r *http.Request) (identity, error) {
	home := identity{account: e.accepted.DomainID}
	if tokens := r.Header.Values("X-Auth-Token"); len(tokens) > 0 {
		if e.accepted.Token == "" || len(tokens) != 1 || tokens[0] != e.accepted.Token {
			return identity{}, errors.New("the token is invalid")
		}
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Security-Token") != "" {
			return identity{}, errors.New("a token and a signature at once")
		}
		return home, nil
	}
	now := e.now()
	if access, _, _, err := parseAuthorization(r.Header.Values("Authorization")); err == nil {
		for _, s := range e.sessions {
			if s.AccessKey == access {
				return s.by, s.verify(r, now)
			}
		}
	}
	if e.accepted.Keys.AccessKey == "" {
		return identity{}, errors.New("no keys are accepted")
	}
	if err := e.accepted.Keys.Verify(r, now); err != nil {
		return identity{}, err
	}
	return home, nil
}

// verify returns why a request that claims to be signed with the session's keys is refused.
func (s session) verify(r *http.Request, now time.Time) error {
	if err := s.Verify(r, now); err != nil {
		return err
	}
	if !now.Before(s.expires) {
		return fmt.Errorf("the keys expired at %s", s.expires.UTC().Format(expiryLayout))
	}
	return nil
}

// authorize returns why COC does not serve an account, or nil.
func (e *Emulator) authorize(r *http.Request, by identity) error {
	if e.accepted.ServedDomainID != "" && by.account != e.accepted.ServedDomainID {
		return fmt.Errorf("no right to the rows of account %s", e.accepted.ServedDomainID)
	}
	if domain := r.Header.Get("X-Domain-Id"); domain != "" && by.account != "" && domain != by.account {
		return errors.New("X-Domain-Id is not the account of the credentials")
	}
	return nil
}

func unauthenticated(err error) *refusal {
	message := fmt.Sprintf("incorrect IAM authentication information: %v", err)
	return &refusal{http.StatusUnauthorized, "APIGW.0301", message}
}
