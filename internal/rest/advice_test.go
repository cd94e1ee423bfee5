package rest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Each kind has its advice, with what is particular of the service filled in and nothing left to fill in.
func TestAdvice(t *testing.T) {
	coc := Service{"COC", "site or endpoint", "The request went to X (set by Y).", "the environment", "coc:execution:get"}
	bare := Service{Name: "IAM", Arguments: "iam_endpoint or region", Credentials: "the caller"}
	asked := " " + coc.Asked
	inner := &Error{Kind: TLS, Err: errors.New("x")}
	for _, tc := range []struct {
		err  *Error
		of   Service
		want string // the whole advice, or its end after …
	}{
		{&Error{}, coc, ""},
		{&Error{Kind: BadRequest}, coc, ""},
		{&Error{Kind: NotHTTP}, coc, "Something other than COC may have answered: check the provider's site or endpoint, and …" + asked},
		{&Error{Kind: Malformed}, bare, "Something other than IAM may have answered: check the provider's iam_endpoint or region, …"},
		{&Error{Kind: Broken}, coc, "Check the path …" + asked},
		{&Error{Kind: Unreachable}, coc, "Check the path …" + asked},
		{&Error{Kind: AttemptTimeout}, bare, "Check the path to the endpoint: network, firewall and proxy."},
		{&Error{Kind: UnknownHost}, coc, "Check the provider's site or endpoint, and this machine's DNS." + asked},
		{inner, coc, "COC could not prove …cacert_file to that proxy's CA; otherwise check the provider's site or endpoint." + asked},
		{&Error{Kind: GivenCA}, coc, "The certificates in cacert_file (or OS_CACERT) do not vouch for COC. …" + asked},
		{&Error{Kind: NotTLS}, coc, "Check the port: COC speaks TLS only. …" + asked},
		{&Error{Kind: OnlyTLS}, coc, "Begin the endpoint with https:// instead of http://." + asked},
		{&Error{Kind: Proxy}, coc, "…407 asks for a user and password in HTTPS_PROXY. To bypass it, add the endpoint's host to NO_PROXY."},
		{&Error{Kind: ProxyUnreachable}, coc, "Check that HTTPS_PROXY …. To bypass it, add the endpoint's host to NO_PROXY."},
		{&Error{Kind: Redirect}, coc, "…Set the provider's site or endpoint to the one that serves your account." + asked},
		{&Error{Kind: Unauthorized}, coc, "The request was signed with credentials from the environment." + asked + " Check these credentials: " +
			"…more than 15 minutes off."},
		{&Error{Kind: Unauthorized}, bare, "The request was signed with credentials from the caller. Check these credentials: …"},
		{&Error{Kind: NotFound}, coc, "Check the provider's site or endpoint." + asked},
		{&Error{Kind: Throttled}, coc, "Too many requests: read fewer lists at once (terraform -parallelism=1), or raise max_retries."},
		{&Error{Kind: Server}, coc, "COC, or something in front of it, failed: try again later."},
		{&Error{Kind: Server, RequestID: "x"}, coc, "…try again later. If this persists, give the request id to the vendor's support."},
		{&Error{Kind: Credentials}, coc, "The credentials are from the environment. They were found but cannot be used: fix the problem above."},
		{&Error{Kind: Credentials, Err: &Error{Kind: Forbidden, Status: 403}}, coc, "…fix the problem above."},
		{&Error{Kind: Credentials, Err: fmt.Errorf("x: %w", inner)}, coc, "The credentials are from the environment. IAM or STS could not …; " +
			"otherwise check the provider's iam_endpoint or sts_endpoint."},
		{&Error{Kind: Credentials, Err: &Error{Kind: Credentials, Err: inner}}, coc, "The credentials are from the environment. IAM or …"},
	} {
		got := tc.err.Advice(tc.of)
		begin, end, cut := strings.Cut(tc.want, "…")
		if !strings.HasPrefix(got, begin) || !strings.HasSuffix(got, end) || !cut && got != tc.want || strings.ContainsAny(got, "{}") {
			t.Errorf("%v:\n got %s\nwant %s", tc.err, got, tc.want)
		}
	}
}

// The IAM action to grant is the one that the service names, if it names another.
func TestActionThatTheServiceNames(t *testing.T) {
	for message, want := range map[string]string{
		"":                                 "",
		"requires coc:execution:get.":      "",
		"requires 'coc:job:list*' (x)":     "coc:job:list*",
		"coc:*: requires iam:agencies:get": "iam:agencies:get",
		"at 12:30:45 from 10.0.0.1:80:x":   "",
		"user iam::d2:user:bob may not":    "",
		"not on coc:eu:d2:execution:EX1":   "",
		"iam::d2:user:bob is not authorized to perform: coc:job:run on x": "coc:job:run",
	} {
		got := (&Error{Kind: Forbidden, Message: message}).Advice(Service{Action: "coc:execution:get"})
		if want != "" {
			want += ", which the service names (the documented one is coc:execution:get),"
		} else {
			want = "coc:execution:get"
		}
		if want = "Grant the IAM action " + want + " to the user or agency that these credentials belong to."; got != want {
			t.Errorf("%q:\n got %s\nwant %s", message, got, want)
		}
	}
}
