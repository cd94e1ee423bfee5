package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// testService is a service that hands out temporary keys.
type testService struct {
	// start starts the service on a machine. Answer answers the request for keys. It returns the tokens that clients send.
	start func(t *testing.T, m *machine, answer http.HandlerFunc) (tokens []string)
	// keys returns an answer with keys in the form of the service.
	keys func(key string, life time.Duration) string
}

const idToken, subjectToken = "ID9f3kQ7TkXb2Le8", "SU2b7GxP9oWk5Fa1"

var services = map[string]testService{
	"metadata":     {start: startMetadata, keys: metadataAnswer},
	"pod identity": {start: startPodIdentity, keys: podAnswer},
	"federation":   {start: startIAM, keys: metadataAnswer},
}

const sessionToken = "SE5t1HyN6uJd3Ci0"

func startMetadata(_ *testing.T, m *machine, answer http.HandlerFunc) []string {
	m.metadata = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/meta-data/latest/api/token" && r.Header.Get("X-Metadata-Token-Ttl-Seconds") == "21600":
			_, _ = fmt.Fprint(w, sessionToken)
		case r.Method == http.MethodGet && r.URL.Path == "/openstack/latest/securitykey" && r.Header.Get("X-Metadata-Token") == sessionToken:
			answer(w, r)
		default:
			http.Error(w, "not as documented", http.StatusTeapot)
		}
	})
	return []string{sessionToken}
}

func startPodIdentity(t *testing.T, m *machine, answer http.HandlerFunc) []string {
	m.servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Authorization") != podToken {
			http.Error(w, "not as documented", http.StatusTeapot)
			return
		}
		answer(w, r)
	})
	return []string{podToken}
}

func startIAM(t *testing.T, m *machine, answer http.HandlerFunc) []string {
	useIdentity(t, m, serve(t, iam(answer)))
	t.Setenv(EnvMetadataDisabled, "true")
	return []string{idToken, subjectToken}
}

// iam returns a handler that checks that both requests to IAM have the documented form. It answers the first one; answer answers the
// second.
func iam(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var got map[string]any
		_ = json.Unmarshal(body, &got)
		switch sent := fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("X-Idp-Id"), " ", got); sent {
		case "POST /v3.0/OS-AUTH/id-token/tokens idp map[auth:map[id_token:map[id:" + idToken + "]]]":
			w.Header().Set("X-Subject-Token", subjectToken)
			w.WriteHeader(http.StatusCreated)
		case "POST /v3.0/OS-CREDENTIAL/securitytokens  map[auth:map[identity:map[methods:[token] " +
			"token:map[duration_seconds:21600 id:" + subjectToken + "]]]]":
			answer(w, r)
		default:
			http.Error(w, "not as documented: "+sent, http.StatusTeapot)
		}
	}
}

// useIdentity sets the SDK's environment variables for an identity provider, its token file and the endpoint of IAM.
func useIdentity(t *testing.T, m *machine, endpoint string) {
	t.Helper()
	t.Setenv(EnvSDKIdentity, "idp")
	t.Setenv(EnvSDKIdentityToken, m.write(t, "identity/token", idToken+"\n"))
	t.Setenv(EnvSDKIAMEndpoint, endpoint)
}

// signOnce searches for credentials and signs a request with them.
func (m *machine) signOnce(t *testing.T) (with string, secrets []string, err error) {
	t.Helper()
	found, err := m.find(t)
	if err != nil {
		return "", nil, err
	}
	r := newRequest()
	secrets, err = found.Signer.Sign(t.Context(), r)
	return signedWith(r), secrets, err
}

// Each service is asked in its documented form. The secrets are the tokens that it was sent, and its keys.
func TestServicesHandOutKeys(t *testing.T) {
	for name, s := range services {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			tokens := s.start(t, m, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, s.keys("KEY", time.Hour)) })
			with, secrets, err := m.signOnce(t)
			if err != nil || with != withKey("KEY") {
				t.Errorf("signed with %s, %v, want %s", with, err, withKey("KEY"))
			}
			for _, want := range append(tokens, "KEY", secretOf("KEY"), securityTokenOf("KEY")) {
				if !slices.Contains(secrets, want) {
					t.Errorf("%s is not among the secrets %q", want, secrets)
				}
			}
		})
	}
}

// The error for an answer that is cut off or of another form does not quote it: it may hold new keys, which are not known as secrets.
//
// Fault: broken credentials file.
func TestUnusableAnswersAreNotQuoted(t *testing.T) {
	for name, s := range services {
		whole := s.keys("ABCDEFGHIJKLMNOPQRST", time.Hour)
		bodies := []string{
			"{}", "null", `""`, "[]", "<html>", `{"credential":"ABCDEFGHIJKLMNOPQRST"}`, `{"credentials":{"accessKeyId":12345678}}`,
			strings.Replace(whole, "T", "\\x", 1),
		}
		for _, field := range []string{
			"access", "secret", "securitytoken", "expires_at", "accessKeyId", "secretAccessKey", "securityToken", "expiration",
		} {
			if without := strings.Replace(whole, `"`+field+`":`, `"other":`, 1); without != whole {
				bodies = append(bodies, without)
			}
		}
		for i := 0; i < len(whole); i += 5 {
			bodies = append(bodies, whole[:i])
		}
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			var body string
			s.start(t, m, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, body) })
			for _, body = range bodies {
				_, _, err := m.signOnce(t)
				text := fmt.Sprint(err)
				if part := leaks(text, "ABCDEFGHIJKLMNOPQRST", "12345678"); part != "" ||
					!strings.Contains(text, errNoKeys.text) && !strings.Contains(text, "the answer is not JSON of the documented form") {
					t.Fatalf("got %s for %q, want that it has no keys, and no %q", text, body, part)
				}
			}
		})
	}
}

// The error for a refusal has the status and the error code. It does not repeat tokens, wherever they are in the answer.
//
// Fault: failing renewal.
func TestRefusalsAreNotQuoted(t *testing.T) {
	for body, want := range map[string]string{
		`{"error_code":"PDP.403 %s","error_msg":"the token %[1]s is wrong"}`:             ": 403 Forbidden: PDP.403 ***",
		`{"error":{"code":"PDP.403 %s","message":"the token %[1]s is wrong"}}`:           ": 403 Forbidden: PDP.403 ***",
		`{"code":"PDP.403 %s","message":"the token %[1]s is wrong","details":["%[1]s"]}`: ": 403 Forbidden: PDP.403 ***",
		"%s is wrong: " + strings.Repeat(idToken+podToken+" ", 10_000):                   ": 403 Forbidden",
	} {
		for name, s := range services {
			t.Run(name, func(t *testing.T) {
				m := newMachine(t)
				var tokens []string
				tokens = s.start(t, m, func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusForbidden)
					_, _ = fmt.Fprintf(w, body, tokens[len(tokens)-1])
				})
				_, _, err := m.signOnce(t)
				text := fmt.Sprint(err)
				if !strings.Contains(text, want) || leaks(text, append(tokens, idToken, podToken)...) != "" || len(text) > 2000 {
					t.Errorf("got %.3000s for %.200s\nwant %s, short and without tokens", text, body, want)
				}
			})
		}
	}
}

// An error of the network says whose keys were wanted, and what is wrong. It is not retryable if package rest has retried.
func TestServicesThatAreAway(t *testing.T) {
	const endpoint = "http://127.0.0.1:1"
	m := newMachine(t)
	m.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	}
	useIdentity(t, m, endpoint)
	_, _, err := m.signOnce(t)
	wantError(t, err, "renewing the temporary credentials of the identity provider idp (HUAWEICLOUD_SDK_IDP_ID, ID token in "+
		os.Getenv(EnvSDKIdentityToken)+"): reading a token for the identity provider idp from "+endpoint+": dial: refused")
	if retryable(err) {
		t.Errorf("got the retryable error %v, want another", err)
	}
	t.Setenv(EnvSDKIdentity, "")
	t.Setenv(EnvSDKIdentityToken, "")
	t.Setenv(EnvPodIdentityURI, "http://user:password@127.0.0.1:1/"+fakeSecret)
	t.Setenv(EnvPodIdentityToken, m.write(t, "token", podToken))
	_, err = m.find(t)
	wantError(t, err, "Unusable credentials: the pod identity agent: dial: refused.")
}

// The token of a pod goes over http to this machine and its own link only. The error does not quote the URL.
func TestPodIdentityURI(t *testing.T) {
	const near, noURL = "http is accepted for loopback and link-local addresses only: use https", "it is not a URL with a host"
	for uri, want := range map[string]string{
		"http://127.9.9.9:8080/v1": "", "http://[::1]:80/": "", "http://localhost/keys": "", "http://169.254.170.23/v1": "",
		"http://[fe80::1%25eth0]/": "", "http://[::ffff:127.0.0.1]/": "", "https://10.0.0.1": "",
		"http://agent.example.com/" + fakeSecret: near, "http://10.0.0.1": near, "http://169.253.0.1": near, "http://0.0.0.0": near,
		"http://localhost.example.com": near, "http://[ff02::1]/": near, "http://2130706433/": near,
		"http://user:" + fakeSecret + "@[": noURL, "http:///" + fakeSecret: noURL, "127.0.0.1/v1": noURL,
		"ftp://127.0.0.1/" + fakeSecret: "it begins neither with https:// nor with http://",
	} {
		got := ""
		if err := checkPodIdentityURI(uri); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", uri, got, want)
		}
	}
	m := newMachine(t)
	t.Setenv(EnvPodIdentityURI, "http://agent.example.com/"+fakeSecret)
	t.Setenv(EnvPodIdentityToken, "/nowhere")
	_, err := m.find(t)
	wantError(t, err, "Unusable credentials: the pod identity agent: HC_CONTAINER_CREDENTIALS_FULL_URI: "+near+".")
	m.wantNoConnection(t)
}

// A token file is read again for each renewal, since its content is replaced from time to time.
func TestTokenFilesAreReadAnew(t *testing.T) {
	m := newMachine(t)
	var sent []string
	m.servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Authorization"))
		_, _ = fmt.Fprint(w, podAnswer("KEY", time.Hour))
	})
	found := m.mustFind(t)
	found.Signer.(*temporary).margin = time.Hour // it is time to renew the keys
	if err := os.WriteFile(os.Getenv(EnvPodIdentityToken), []byte("second-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, secrets := sign(t, found.Signer)
	if want := []string{podToken, "second-token"}; !slices.Equal(sent, want) || !slices.Contains(secrets, "second-token") {
		t.Errorf("sent %q, got the secrets %q, want %q", sent, secrets, want)
	}
}

// The metadata service and the pod identity agent are asked without a proxy, IAM through the provider's transport, with its proxy.
func TestProxies(t *testing.T) {
	for want, start := range map[string]func(*testing.T, *machine){
		metadataAddress: func(*testing.T, *machine) {},
		"agent.example.com:443": func(t *testing.T, m *machine) {
			t.Setenv(EnvPodIdentityURI, "https://agent.example.com/keys")
			t.Setenv(EnvPodIdentityToken, m.write(t, "token", podToken))
		},
		"proxy.example.com:3128": func(t *testing.T, m *machine) { useIdentity(t, m, "iam.example.com") },
	} {
		t.Run(want, func(t *testing.T) {
			m := newMachine(t)
			m.behindProxy()
			start(t, m)
			if _, _, err := m.signOnce(t); err == nil {
				t.Error("got no error, want one of the network")
			}
			if seen := m.connections(); !slices.Equal(seen, []string{want}) {
				t.Errorf("connected to %v, want %s", seen, want)
			}
		})
	}
}

// On a machine without a metadata service, no answer comes. The search goes on after 5 seconds.
func TestMetadataHasATimeLimit(t *testing.T) {
	m := newMachine(t)
	synctest.Test(t, func(t *testing.T) {
		over := make(chan struct{})
		defer close(over)
		m.options.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			<-over
			return nil, net.ErrClosed
		}}
		m.wantProblem(t, "", "is true: no answer within 5s\n")
		if took := sinceStart(); took != 5*time.Second {
			t.Errorf("took %s, want 5s", took)
		}
	})
}

// On an instance without an agency, the error says that it has none.
func TestInstanceWithoutAgency(t *testing.T) {
	m := newMachine(t)
	startMetadata(t, m, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Please configure Cloud Service Agency first", http.StatusUnauthorized)
	})
	m.wantProblem(t, "", "is true: the instance has no agency")
}

// An older metadata service has no sessions, and its keys are used. Any other refusal is an error, and no redirect is followed.
func TestMetadataSessions(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusNotFound: "", http.StatusMethodNotAllowed: "", http.StatusServiceUnavailable: "",
		http.StatusForbidden: "403 Forbidden", http.StatusInternalServerError: "500 Internal Server Error",
		http.StatusOK: "the answer holds no usable credentials", http.StatusTemporaryRedirect: "307 Temporary Redirect",
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			m := newMachine(t)
			m.metadata = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch token := r.Header["X-Metadata-Token"]; {
				case r.Method == http.MethodPut:
					w.Header().Set("Location", "/")
					w.WriteHeader(status)
				case token != nil:
					t.Errorf("sent the session token %q, want none", token)
				default:
					answerKeys(w, r)
				}
			})
			if want == "" {
				m.wantSignedWith(t, "KEY")
			} else {
				m.wantProblem(t, "", "is true: "+want+"\n")
			}
		})
	}
}

// An identity provider in the SDK's environment is used before the SDK's profile, with the project and the domain of the
// environment. IAM is not asked before the first request is signed.
func TestIdentityWaitsForARead(t *testing.T) {
	m := newMachine(t)
	m.write(t, ".huaweicloud/credentials", "[global]\nak = WRONG\nsk = s\ndomain_id = profile-domain\n")
	startIAM(t, m, answerKeys)
	t.Setenv(EnvSDKProjectID, "env-project")
	t.Setenv(EnvSDKDomainID, "env-domain")
	found := m.mustFind(t)
	if found.ProjectID != "env-project" || found.DomainID != "env-domain" {
		t.Errorf("got the project %q, the domain %q, want those of the environment", found.ProjectID, found.DomainID)
	}
	m.wantNoConnection(t)
	wantSigned(t, found.Signer, "KEY")
}

func answerKeys(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprint(w, metadataAnswer("KEY", time.Hour))
}

// A profile of the SDK may name an identity provider. Its endpoint of IAM is used before the environment's.
func TestIdentityOfAProfile(t *testing.T) {
	m := newMachine(t)
	t.Setenv(EnvSDKIAMEndpoint, "wrong.example.com")
	endpoint := serve(t, iam(answerKeys))
	m.write(t, ".huaweicloud/credentials", fmt.Sprintf("[basic]\nidp_id = idp\nid_token_file = %s\niam_endpoint = %s/\nproject_id = p\n",
		m.write(t, "identity/token", idToken), endpoint))
	if found := m.wantSignedWith(t, "KEY"); found.ProjectID != "p" {
		t.Errorf("got the project %q, want p", found.ProjectID)
	}
}
