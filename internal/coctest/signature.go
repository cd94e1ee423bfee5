package coctest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// This file verifies SDK-HMAC-SHA256 from the algorithm that Huawei Cloud publishes ("API Request Signing Guide"),
// without the signer whose work it checks.

const (
	algorithm  = "SDK-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
)

// Keys are what requests must be signed with. Temporary keys have a security token.
type Keys struct {
	AccessKey, SecretKey, SecurityToken string
}

// Verify returns why a request is refused, or nil if it is signed with the keys at about this time.
func (k Keys) Verify(r *http.Request, now time.Time) error {
	access, names, signature, err := parseAuthorization(r.Header.Values("Authorization"))
	if err != nil {
		return err
	}
	if access != k.AccessKey {
		return errors.New("no such access key")
	}
	if token := r.Header.Get("X-Security-Token"); token != k.SecurityToken {
		return errors.New("the security token does not belong to the access key")
	}
	date := r.Header.Get("X-Sdk-Date")
	signed, err := time.Parse(dateLayout, date)
	if err != nil {
		return fmt.Errorf("X-Sdk-Date: %w", err)
	}
	if skew := now.Sub(signed); skew > maxSkew || skew < -maxSkew {
		return fmt.Errorf("signed %s away from the server's clock", skew)
	}
	// The date takes part in the signature anyway; the gateway wants it among the signed headers, too. Other headers may
	// be added after signing: the vendor's own Terraform provider does so with X-Project-Id.
	if !slices.Contains(names, "x-sdk-date") {
		return errors.New("header X-Sdk-Date is not signed")
	}
	canonical, err := canonicalRequest(r, names)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(k.SecretKey))
	mac.Write([]byte(algorithm + "\n" + date + "\n" + hex.EncodeToString(sum[:])))
	if want := hex.EncodeToString(mac.Sum(nil)); !hmac.Equal([]byte(want), []byte(signature)) {
		return errors.New("the signature does not match the request")
	}
	return nil
}

// parseAuthorization takes the header apart: SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=….
func parseAuthorization(values []string) (access string, names []string, signature string, err error) {
	if len(values) != 1 {
		return "", nil, "", fmt.Errorf("want one Authorization header, got %d", len(values))
	}
	rest, ok := strings.CutPrefix(values[0], algorithm+" ")
	if !ok {
		return "", nil, "", errors.New("the Authorization is not " + algorithm)
	}
	parts := strings.Split(rest, ", ")
	if len(parts) != 3 {
		return "", nil, "", errors.New("the Authorization has not three parts")
	}
	values = values[:0:0]
	for i, prefix := range []string{"Access=", "SignedHeaders=", "Signature="} {
		value, ok := strings.CutPrefix(parts[i], prefix)
		if !ok || value == "" {
			return "", nil, "", errors.New("the Authorization lacks " + prefix)
		}
		values = append(values, value)
	}
	names = strings.Split(values[1], ";")
	if !slices.IsSorted(names) || values[1] != strings.ToLower(values[1]) {
		return "", nil, "", errors.New("SignedHeaders are not sorted lower-case names")
	}
	return values[0], names, values[2], nil
}

func canonicalRequest(r *http.Request, names []string) (string, error) {
	segments := strings.Split(r.URL.Path, "/")
	for i, segment := range segments {
		segments[i] = escape(segment)
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", fmt.Errorf("query: %w", err)
	}
	var params []string
	for name, values := range query {
		for _, value := range values {
			params = append(params, escape(name)+"="+escape(value))
		}
	}
	slices.Sort(params)
	var headers strings.Builder
	for _, name := range names {
		values := r.Header.Values(name)
		if name == "host" {
			values = []string{r.Host}
		}
		if len(values) != 1 {
			return "", fmt.Errorf("signed header %s comes %d times", name, len(values))
		}
		headers.WriteString(name + ":" + strings.TrimSpace(values[0]) + "\n")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return strings.Join([]string{
		r.Method, path, strings.Join(params, "&"), headers.String(), strings.Join(names, ";"), hex.EncodeToString(sum[:]),
	}, "\n"), nil
}

// escape is RFC 3986's percent-encoding: all but the unreserved characters.
func escape(s string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
