package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/auth/koocli"
)

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 64 << 10

// errNoKeys is for an answer with a success status, but without keys. It may have been cut off.
var errNoKeys = &fetchError{"the answer holds no usable credentials", true}

// temporaryKeys reads the keys in an answer. It knows three forms:
//   - IAM's and the metadata service's: credential, with access, secret, securitytoken, expires_at;
//   - STS's: credentials, with access_key_id, secret_access_key, security_token, expiration;
//   - the pod identity agent's: credentials, with accessKeyId, secretAccessKey, securityToken, expiration.
func temporaryKeys(header http.Header, body []byte) (k expiringKeys, err error) {
	var answer struct{ Credential, Credentials map[string]any }
	if json.Unmarshal(body, &answer) != nil {
		return k, errNoKeys
	}
	found := answer.Credential
	if len(found) == 0 {
		found = answer.Credentials
	}
	text := func(names ...string) (value string) {
		for _, name := range names {
			if value == "" {
				value, _ = found[name].(string)
			}
		}
		return value
	}
	k.keys = keys{
		text("access", "access_key_id", "accessKeyId"), text("secret", "secret_access_key", "secretAccessKey"),
		text("securitytoken", "security_token", "securityToken"),
	}
	expires, err := time.Parse(time.RFC3339, text("expires_at", "expiration"))
	switch {
	case k.accessKey == "" || k.secretKey == "" || k.securityToken == "" || err != nil:
		return expiringKeys{}, errNoKeys
	case !Visible(k.accessKey + k.secretKey + k.securityToken):
		return expiringKeys{}, errNotVisible
	}
	k.expires, err = localExpiry(header, expires)
	return k, err
}

// localExpiry returns when keys of an answer expire by this machine's clock, which may be off: they live from the Date
// of the answer to their expiry. Without a Date, this machine's clock has to do.
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

// tokenFile reads a token from a file, without the blanks and line ends around it.
func tokenFile(path string) (string, error) {
	content, err := koocli.ReadFile(path)
	token := strings.TrimSpace(string(content))
	switch {
	case err != nil:
	case token == "":
		err = errors.New("the file is empty")
	case !Visible(token):
		err = errNotVisible
	default:
		return token, nil
	}
	return token, &fetchError{text: fmt.Sprintf("%s: %s", path, err)}
}
