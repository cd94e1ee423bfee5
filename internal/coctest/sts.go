package coctest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// assume checks STS's signed call for an agency.
func (e *Emulator) assume(r *http.Request, req *Request) (func() any, *refusal) {
	var body struct {
		URN     string `json:"agency_urn"`
		Session string `json:"agency_session_name"`
		Seconds int    `json:"duration_seconds"`
	}
	if err := decode(req.Body, &body); err != nil {
		return nil, badRequest(err)
	}
	domainID, agency, err := parseURN(body.URN)
	if err != nil {
		return nil, badRequest(err)
	}
	if n := utf8.RuneCountInString(body.Session); n < 2 || n > 128 {
		return nil, badRequest(fmt.Errorf("agency_session_name has not 2 to 128 characters: %d", n))
	}
	if r.Header.Get("X-Auth-Token") != "" {
		return nil, badRequest(errors.New("STS takes signed calls alone"))
	}
	ofAccount := func(a Account) bool { return a.DomainID == domainID }
	return e.assumed(r, req, ofAccount, agency, body.Seconds, maxSTSDuration, maxTemporaryDuration, func(s session) any {
		return map[string]any{
			"assumed_agency": map[string]string{
				"urn": fmt.Sprintf("sts::%s:assumed-agency:%s/%s", domainID, agency, body.Session),
				"id":  domainID + ":" + body.Session,
			},
			"credentials": map[string]string{
				"access_key_id": s.AccessKey, "secret_access_key": s.SecretKey, "security_token": s.SecurityToken,
				"expiration": s.expires.UTC().Format(expiryLayout),
			},
		}
	})
}

// parseURN takes the name of an agency apart: iam::<domain ID>:agency:<name>.
func parseURN(urn string) (domainID, agency string, err error) {
	parts := strings.Split(urn, ":")
	if len(parts) != 5 || parts[0] != "iam" || parts[1] != "" || parts[2] == "" || parts[3] != "agency" || parts[4] == "" {
		return "", "", errors.New("agency_urn is not of the form iam::<domain_id>:agency:<name>")
	}
	return parts[2], parts[4], nil
}
