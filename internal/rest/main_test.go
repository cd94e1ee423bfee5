package rest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

var testKeys = coctest.Keys{AccessKey: "TESTACCESSKEY", SecretKey: "test-secret-key", SecurityToken: "test-security-token"}

// TestMain hides the proxies of the machine from the tests.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"} {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// newCertificate returns a certificate that no server has, in PEM form.
func newCertificate(t *testing.T) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

// signerFunc is a signer.
type signerFunc func(context.Context, *request.DefaultHttpRequest) ([]string, error)

func (s signerFunc) Sign(ctx context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	return s(ctx, r)
}

// newSigner returns a signer that signs with the official SDK.
func newSigner(keys coctest.Keys) Signer {
	return signerFunc(func(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
		sdk := auth.GlobalCredentials{BaseCredentials: auth.BaseCredentials{
			AK: keys.AccessKey, SK: keys.SecretKey, SecurityToken: keys.SecurityToken,
		}}
		_, err := sdk.ProcessAuthRequest(nil, r)
		_, signature, _ := strings.Cut(r.GetHeaderParams()["Authorization"], "Signature=")
		return []string{keys.AccessKey, keys.SecretKey, keys.SecurityToken, signature}, err
	})
}

// applied is a fault of the answer of another one.
func applied(fault, to coctest.Fault) coctest.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		fault(w, r, func(w http.ResponseWriter, r *http.Request) { to(w, r, nil) })
	}
}

// newClient returns a client whose requests a handler answers, without a network.
func newClient(t testing.TB, handler http.Handler, edits ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Endpoint: "https://coc.example.com", Signer: newSigner(testKeys), UserAgent: "test", MaxRetries: 5,
		Transport: coctest.Transport{Handler: handler},
	}
	for _, edit := range edits {
		edit(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func retries(n int) func(*Config) { return func(config *Config) { config.MaxRetries = n } }

// onePage is a request for one page of the emulator's list.
var onePage = Request{Path: coctest.Path, Query: url.Values{"limit": {"100"}, "offset": {"0"}}, What: "a page"}

// getPage gets one page and returns the number of its rows.
func getPage(ctx context.Context, c *Client) (rows int, requestID string, err error) {
	answer, err := c.Get(ctx, onePage, func(body io.Reader) error {
		rows, err = readPage(body)
		return err
	})
	if answer != nil {
		requestID = answer.RequestID
	}
	return rows, requestID, err
}

func readPage(body io.Reader) (int, error) {
	var page struct {
		ErrorCode string            `json:"error_code"`
		ErrorMsg  string            `json:"error_msg"`
		Data      []json.RawMessage `json:"data"`
	}
	if err := json.NewDecoder(body).Decode(&page); err != nil {
		return 0, err
	}
	if page.ErrorCode != "" {
		return 0, &Error{Kind: Server, Code: page.ErrorCode, Message: page.ErrorMsg}
	}
	return len(page.Data), nil
}

// wantError checks the kind of an error, its number of attempts, and the end of its text.
func wantError(t *testing.T, err error, kind Kind, attempts int, end string) {
	t.Helper()
	var got *Error
	if !errors.As(err, &got) {
		t.Errorf("got %v, want an *Error that ends in %s", err, end)
	} else if got.Kind != kind || got.Attempts != attempts || !strings.HasSuffix(got.reason(), end) {
		t.Errorf("got kind %d after %d attempts: %v\nwant kind %d after %d: …%s", got.Kind, got.Attempts, err, kind, attempts, end)
	}
}

// emulatorWithFault returns an emulator that answers every request with a fault.
func emulatorWithFault(fault coctest.Fault) *coctest.Emulator {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.Fault(coctest.Always, fault)
	return e
}

func newTestTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport, err := NewTransport(nil, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
