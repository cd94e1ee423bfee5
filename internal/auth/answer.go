package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

// This file reads temporary keys in the answer of a service, and the tokens that are sent for them.

// maxAnswer limits how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// errNoKeys is the error for an answer with the status of a success, but without keys. The answer may have been cut
// off, so it is retryable.
var errNoKeys = &fetchError{"the answer holds no usable credentials", true}

// temporaryKeys reads the keys in an answer. It knows three forms:
//   - IAM's and the metadata service's: credential, with access, secret, securitytoken, expires_at;
//   - STS's: credentials, with access_key_id, secret_access_key, security_token, expiration;
//   - the pod identity agent's: credentials, with accessKeyId, secretAccessKey, securityToken, expiration.
func temporaryKeys(header http.Header, body []byte) (k expiringKeys, err error) {
	type form struct {
		Access        string `json:"access"`
		Secret        string `json:"secret"`
		SecurityToken string `json:"securitytoken"` // also reads securityToken: encoding/json ignores case
		ExpiresAt     string `json:"expires_at"`

		AccessKeyID        string `json:"accessKeyId"`
		SecretAccessKey    string `json:"secretAccessKey"`
		Expiration         string `json:"expiration"`
		STSAccessKeyID     string `json:"access_key_id"`
		STSSecretAccessKey string `json:"secret_access_key"`
		STSSecurityToken   string `json:"security_token"`
	}
	var found struct {
		Credential  form `json:"credential"`
		Credentials form `json:"credentials"`
	}
	if json.Unmarshal(body, &found) != nil {
		return k, errNoKeys
	}
	f := found.Credential
	if f == (form{}) {
		f = found.Credentials
	}
	k.keys = keys{
		f.Access + f.AccessKeyID + f.STSAccessKeyID, f.Secret + f.SecretAccessKey + f.STSSecretAccessKey,
		f.SecurityToken + f.STSSecurityToken,
	}
	expires, err := time.Parse(time.RFC3339, f.ExpiresAt+f.Expiration)
	switch {
	case k.accessKey == "" || k.secretKey == "" || k.securityToken == "" || err != nil:
		return expiringKeys{}, errNoKeys
	case !Visible(k.accessKey + k.secretKey + k.securityToken):
		return expiringKeys{}, errNotVisible
	}
	k.expires, err = localExpiry(header, expires)
	return k, err
}

// localExpiry returns when keys of an answer expire by this machine's clock, which may be off. The keys live as long as
// their expiry is after the Date of the answer. Without a Date, this machine's clock has to do.
func localExpiry(header http.Header, expires time.Time) (time.Time, error) {
	now := time.Now().Round(0) // without the monotonic clock, which stands still while the machine sleeps
	clock, whose := now, "this machine's clock: check it"
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		clock, whose = date, "the clock of the service, in its header Date"
	}
	life := expires.Sub(clock)
	if life <= 0 {
		return time.Time{}, &fetchError{text: fmt.Sprintf("the new keys expired at %s, and it is %s by %s",
			expires.UTC().Format(time.RFC3339), clock.UTC().Format(time.RFC3339), whose)}
	}
	return now.Add(life), nil
}

// tokenFile reads a token from a file. Blanks and line ends around the token are removed.
func tokenFile(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the user names it
	token := strings.TrimSpace(string(content))
	var inPath *fs.PathError
	switch {
	case errors.As(err, &inPath):
		return "", &fetchError{text: fmt.Sprintf("%s: %s", path, inPath.Err)}
	case err != nil:
		return "", &fetchError{text: path + ": unreadable"}
	case token == "":
		return "", &fetchError{text: path + ": the file is empty"}
	case !Visible(token):
		return token, &fetchError{text: path + ": " + errNotVisible.Error()}
	}
	return token, nil
}
