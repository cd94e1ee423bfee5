package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// TestMain hides the credentials and proxies of the machine from the tests.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"HW_", "COC_", "HUAWEICLOUD_", "HC_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
			if strings.HasPrefix(strings.ToUpper(name), prefix) {
				_ = os.Unsetenv(name)
			}
		}
	}
	os.Exit(m.Run())
}

const metadataAddress = "169.254.169.254:80"

// machine is the environment of a search: an empty home directory, no variables, and a network that reaches only loopback, and the
// metadata service in a handler of the test.
type machine struct {
	home      string
	block     Block
	options   Options
	transport *http.Transport
	metadata  http.Handler // if it is nil, the service cannot be reached

	mu            sync.Mutex
	dialed        []string
	renewalErrors []error
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{home: t.TempDir()}
	t.Setenv("HOME", m.home)
	t.Setenv("USERPROFILE", m.home)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.metadata.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	m.transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		m.mu.Lock()
		m.dialed = append(m.dialed, address)
		m.mu.Unlock()
		host, _, _ := net.SplitHostPort(address)
		switch {
		case address == metadataAddress && m.metadata != nil:
			address = server.Listener.Addr().String()
		case !net.ParseIP(host).IsLoopback():
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("no route to " + address)}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(m.transport.CloseIdleConnections)
	m.options = Options{Transport: m.transport, Region: "cn-north-4", OnRenewalFailed: func(_ context.Context, err error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.renewalErrors = append(m.renewalErrors, err)
	}}
	return m
}

// behindProxy sets a proxy for all requests except those to loopback. The proxy cannot be reached.
func (m *machine) behindProxy() {
	m.transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if net.ParseIP(r.URL.Hostname()).IsLoopback() {
			return nil, nil
		}
		return &url.URL{Scheme: "http", Host: "proxy.example.com:3128"}, nil
	}
}

// connections returns the addresses that were dialed, without repetitions in a row.
func (m *machine) connections() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Compact(slices.Clone(m.dialed))
}

func (m *machine) failedRenewals() []error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.renewalErrors)
}

// find finds credentials and acts as the agencies, which alone know the region.
func (m *machine) find(t *testing.T) (*Found, error) {
	t.Helper()
	options := m.options
	options.Region = ""
	first, err := Find(t.Context(), m.block, options)
	if err != nil {
		return nil, err
	}
	if len(first.Warnings) > 0 {
		t.Errorf("want no warnings, got %v", first.Warnings)
	}
	return first.Assume(t.Context(), m.options.Region)
}

func (m *machine) mustFind(t *testing.T) *Found {
	t.Helper()
	found, err := m.find(t)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantProblem checks that the search ends with a problem that has this argument and whose text holds these words.
func (m *machine) wantProblem(t *testing.T, argument string, words ...string) Problem {
	t.Helper()
	found, err := m.find(t)
	var problem *Problem
	if found != nil || !errors.As(err, &problem) {
		t.Fatalf("got %+v, %v, want a problem", found, err)
	}
	for _, want := range words {
		if !strings.Contains(err.Error(), want) || problem.Argument != argument {
			t.Errorf("got a problem on the argument %q: %s\nwant one on %q: %s", problem.Argument, err, argument, want)
		}
	}
	return *problem
}

// wantSignedWith finds credentials, and checks whose access key or token a request is signed with.
func (m *machine) wantSignedWith(t *testing.T, key string) *Found {
	t.Helper()
	found := m.mustFind(t)
	wantSigned(t, found.Signer, key)
	return found
}

// wantSigned checks with whose access key or token a signer signs.
func wantSigned(t *testing.T, s rest.Signer, key string) {
	t.Helper()
	with, _ := sign(t, s)
	if got, _, _ := strings.Cut(with, ","); got != key {
		t.Errorf("signed with %s, want %s", got, key)
	}
}

func wantSource(t *testing.T, found *Found, want string) {
	t.Helper()
	if found.Source != want {
		t.Errorf("got the source %q, want %q", found.Source, want)
	}
}

// wantError checks the whole text of an error.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func (m *machine) wantNoConnection(t *testing.T) {
	t.Helper()
	if seen := m.connections(); len(seen) > 0 {
		t.Errorf("want no connections, got %v", seen)
	}
}

// vars are environment variables or files.
type vars = map[string]string

func setAll(t *testing.T, variables vars) {
	t.Helper()
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

// write writes a file below the home directory of the machine, and returns its path.
func (m *machine) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(m.home, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func newRequest() *request.DefaultHttpRequest {
	return request.NewHttpRequestBuilder().WithMethod("GET").WithEndpoint("https://coc.example.com").WithPath("/v1/things").
		WithSigningAlgorithm(algorithm.HmacSHA256).AddQueryParam("limit", reflect.ValueOf(1)).Build()
}

// sign signs a request. It returns the credentials in it, see signedWith, and the secrets that Sign returned.
func sign(t *testing.T, s rest.Signer) (with string, secrets []string) {
	t.Helper()
	r := newRequest()
	secrets, err := s.Sign(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return signedWith(r), secrets
}

// signedWith returns the access key or the IAM token in a signed request, and after it the security token.
func signedWith(r *request.DefaultHttpRequest) string {
	header := r.GetHeaderParams()
	_, after, _ := strings.Cut(header["Authorization"], "Access=")
	key, _, _ := strings.Cut(after, ",")
	with := key + header["X-Auth-Token"]
	if token := header["X-Security-Token"]; token != "" {
		with += ", X-Security-Token " + token
	}
	return with
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func secretOf(key string) string { return "secret-of-" + key }

func securityTokenOf(key string) string { return "security-token-of-" + key }

// metadataAnswer is the answer of the metadata service and of IAM, with keys that are valid for the given time.
func metadataAnswer(key string, life time.Duration) string {
	return fmt.Sprintf(`{"credential":{"access":%q,"secret":%q,"securitytoken":%q,"expires_at":%q}}`,
		key, secretOf(key), securityTokenOf(key), time.Now().Add(life).UTC().Format("2006-01-02T15:04:05.000000Z"))
}

// podAnswer is the same answer in the form of the pod identity agent.
func podAnswer(key string, life time.Duration) string {
	return fmt.Sprintf(`{"credentials":{"accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q,"expiration":%q}}`,
		key, secretOf(key), securityTokenOf(key), time.Now().Add(life).UTC().Format("2006-01-02T15:04:05Z"))
}

// serveMetadata returns a metadata service without sessions, which answers the request for keys with a body.
func serveMetadata(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/openstack/latest/securitykey" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprint(w, body)
	})
}

const podToken = "PD4m8VwL0zRc6Yv2"

// servePodIdentity starts a pod identity agent and sets the environment variables that name it.
func (m *machine) servePodIdentity(t *testing.T, answer http.HandlerFunc) {
	t.Helper()
	t.Setenv(EnvPodIdentityURI, serve(t, answer))
	t.Setenv(EnvPodIdentityToken, m.write(t, "pod/token", podToken+"\n"))
}

// leaks returns a part of a secret that a text holds, empty if it holds none.
func leaks(text string, secrets ...string) string {
	const part = 6
	for _, secret := range secrets {
		for i := 0; i+part <= len(secret); i++ {
			if strings.Contains(text, secret[i:i+part]) {
				return secret[i : i+part]
			}
		}
	}
	return ""
}
