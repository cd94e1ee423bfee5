package coctest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// The paths of IAM and STS that are served, below Emulator.BasePath.
const (
	// SecurityTokensPath is IAM's call for the keys of an agency in an account given by name, or for keys from an IAM
	// token.
	SecurityTokensPath = "/v3.0/OS-CREDENTIAL/securitytokens"
	// IDTokensPath is IAM's call that exchanges an identity provider's token for an IAM token.
	IDTokensPath = "/v3.0/OS-AUTH/id-token/tokens"
	// AssumePath is STS's call for the keys of an agency in an account given by its ID.
	AssumePath = "/v5/agencies/assume"
)

// keyCheck checks one call, and returns what makes its answer.
type keyCheck func(e *Emulator, r *http.Request, req *Request) (answer func() any, refused *refusal)

// keyCalls are the calls that hand out keys, by their path.
var keyCalls = map[string]keyCheck{
	SecurityTokensPath: (*Emulator).securityTokens,
	IDTokensPath:       (*Emulator).idTokens,
	AssumePath:         (*Emulator).assume,
}

// The durations that IAM and STS accept, in seconds.
const (
	minDuration          = 900
	maxIAMDuration       = 86400
	maxSTSDuration       = 43200
	maxTemporaryDuration = 3600 // of STS, for a call that is signed with temporary keys
)

// created is an answer with status 201.
type created struct {
	body         any
	subjectToken string
}

// checkKeyCall checks what the calls have in common, and then the call itself.
func (e *Emulator) checkKeyCall(
	r *http.Request, req *Request, check keyCheck,
) (body func(*Emulator, Request) any, refused *refusal) {
	if r.Method != http.MethodPost {
		return nil, &refusal{http.StatusMethodNotAllowed, "APIGW.0102", "method " + r.Method}
	}
	if len(req.Query) > 0 {
		return nil, badRequest(errors.New("the call takes no parameters"))
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, badRequest(errors.New("the Content-Type is not application/json"))
	}
	for _, name := range []string{"X-Project-Id", "X-Domain-Id"} {
		if r.Header.Get(name) != "" {
			return nil, badRequest(fmt.Errorf("%s belongs to the calls of a service", name))
		}
	}
	if r.Header.Get("X-Idp-Id") != "" && req.Path != IDTokensPath {
		return nil, badRequest(errors.New("X-Idp-Id belongs to the call with an ID token"))
	}
	answer, refused := check(e, r, req)
	return func(*Emulator, Request) any { return answer() }, refused
}

// inAuth is the outermost object of IAM's calls.
type inAuth[T any] struct {
	Auth T `json:"auth"`
}

type byName struct {
	Identity struct {
		Methods    []string `json:"methods"`
		AssumeRole struct {
			DomainName string `json:"domain_name"`
			AgencyName string `json:"agency_name"`
			Seconds    int    `json:"duration_seconds"`
		} `json:"assume_role"`
	} `json:"identity"`
}

type byToken struct {
	Identity struct {
		Methods []string `json:"methods"`
		Token   struct {
			ID      string `json:"id"`
			Seconds int    `json:"duration_seconds"`
		} `json:"token"`
	} `json:"identity"`
}

// securityTokens checks a signed call for an agency, or an unsigned one with an IAM token in the body.
func (e *Emulator) securityTokens(r *http.Request, req *Request) (func() any, *refusal) {
	var named inAuth[byName]
	nameErr := decode(req.Body, &named)
	if identity := named.Auth.Identity; nameErr == nil && slices.Equal(identity.Methods, []string{"assume_role"}) {
		role := identity.AssumeRole
		ofAccount := func(a Account) bool { return a.Name == role.DomainName }
		return e.assumed(r, req, ofAccount, role.AgencyName, role.Seconds, maxIAMDuration, maxIAMDuration, keysOfIAM)
	}
	var token inAuth[byToken]
	tokenErr := decode(req.Body, &token)
	if tokenErr != nil || !slices.Equal(token.Auth.Identity.Methods, []string{"token"}) {
		return nil, badRequest(errors.Join(errors.New("neither of the two bodies"), nameErr, tokenErr))
	}
	if err := unsigned(r); err != nil {
		return nil, badRequest(err)
	}
	with := token.Auth.Identity.Token
	if err := within(with.Seconds, maxIAMDuration); err != nil {
		return nil, badRequest(err)
	}
	domainID, ok := e.subjects[with.ID]
	if !ok {
		return nil, unauthenticated(errors.New("no such IAM token"))
	}
	req.Account = domainID
	return func() any { return keysOfIAM(e.issue(identity{account: domainID}, with.Seconds)) }, nil
}

// assumed checks a signed call for the keys of an agency.
func (e *Emulator) assumed(
	r *http.Request, req *Request, ofAccount func(Account) bool, agency string,
	seconds, maximum, maximumByTemporary int, answer func(session) any,
) (func() any, *refusal) {
	by, err := e.authenticate(r)
	if err != nil {
		return nil, unauthenticated(err)
	}
	req.Account, req.Agency = by.account, by.agency
	if by.temporary {
		maximum = maximumByTemporary
	}
	if err := within(seconds, maximum); err != nil {
		return nil, badRequest(err)
	}
	as := e.agency(ofAccount, agency, by)
	if as == nil {
		const message = "the agency does not exist, or does not trust the account of the credentials"
		return nil, &refusal{http.StatusForbidden, "IAM.0011", message}
	}
	return func() any { return answer(e.issue(*as, seconds)) }, nil
}

// idTokens checks an unsigned call with a token of an identity provider.
func (e *Emulator) idTokens(r *http.Request, req *Request) (func() any, *refusal) {
	var token inAuth[struct {
		IDToken struct {
			ID string `json:"id"`
		} `json:"id_token"`
	}]
	if err := errors.Join(decode(req.Body, &token), unsigned(r)); err != nil {
		return nil, badRequest(err)
	}
	for _, p := range e.accepted.IdentityProviders {
		if slices.Equal(r.Header.Values("X-Idp-Id"), []string{p.ID}) && slices.Contains(p.IDTokens, token.Auth.IDToken.ID) {
			req.Account = p.DomainID
			return func() any {
				expires := map[string]string{"expires_at": e.now().Add(24 * time.Hour).UTC().Format(expiryLayout)}
				return created{body: map[string]any{"token": expires}, subjectToken: e.issueSubject(p.DomainID)}
			}, nil
		}
	}
	return nil, unauthenticated(errors.New("no identity provider of this name accepts the ID token"))
}

// keysOfIAM is the body of IAM's answer.
func keysOfIAM(s session) any {
	return created{body: map[string]any{"credential": map[string]string{
		"access": s.AccessKey, "secret": s.SecretKey, "securitytoken": s.SecurityToken,
		"expires_at": s.expires.UTC().Format(expiryLayout),
	}}}
}

// decode reads a body, which must have all members of its form and no others.
func decode(body string, form any) error {
	if err := json.Unmarshal([]byte(body), form); err != nil {
		return err
	}
	var got, want any
	err := errors.Join(json.Unmarshal([]byte(body), &got), json.NewDecoder(bytes.NewReader(encode(form))).Decode(&want))
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return errors.New("a member is missing or not known")
	}
	return nil
}

// unsigned returns which credentials a request has in its header although it must have none there.
func unsigned(r *http.Request) error {
	for _, name := range []string{"Authorization", "X-Auth-Token", "X-Security-Token", "X-Sdk-Date"} {
		if r.Header.Get(name) != "" {
			return fmt.Errorf("the call is not signed, and has the header %s", name)
		}
	}
	return nil
}

// send answers with a refusal in the service's form. IAM's errors have a form of their own.
func (r *refusal) send(w http.ResponseWriter, req Request) {
	if req.Path == SecurityTokensPath || req.Path == IDTokensPath {
		problem := map[string]string{"code": r.code, "message": r.message, "title": http.StatusText(r.status)}
		sendJSON(w, r.status, encode(map[string]any{"error": problem}))
		return
	}
	sendError(w, r.status, r.code, r.message)
}

func within(seconds, maximum int) error {
	if seconds < minDuration || seconds > maximum {
		return fmt.Errorf("duration_seconds is not between %d and %d: %d", minDuration, maximum, seconds)
	}
	return nil
}

func badRequest(err error) *refusal {
	return &refusal{http.StatusBadRequest, "IAM.0001", strings.ReplaceAll(err.Error(), "\n", "; ")}
}
