package rest

import (
	"errors"
	"regexp"
	"strings"
)

// Service is what advice says about the service that a request is for.
type Service struct {
	Name        string // such as COC
	Arguments   string // of the provider, for its endpoint, such as "site or endpoint"
	Asked       string // a sentence: where the request went, and what set that; may be empty
	Credentials string // where they come from
	Action      string // the IAM action that the request needs
}

const (
	checkWay   = "Check the path to the endpoint: network, firewall and proxy. {asked}"
	checkOther = "Something other than {service} may have answered: check {arguments}, and any proxy in between. {asked}"
	noProxy    = "To bypass it, add the endpoint's host to NO_PROXY."
)

// kinds has, for each kind, what an error says about it and what you can do. [Error.Advice] fills in what is in braces.
var kinds = [...]struct{ text, advice string }{
	NotHTTP:        {"the request could not be sent, or its answer is not HTTP", checkOther},
	Broken:         {"", checkWay},
	Unreachable:    {"", checkWay},
	AttemptTimeout: {"no complete answer within " + attemptTimeout.String(), checkWay},
	UnknownHost:    {"unknown host", "Check {arguments}, and this machine's DNS. {asked}"},
	TLS: {"TLS failed", "{service} could not prove its identity. Behind a proxy that inspects TLS, set the provider's " +
		"cacert_file to that proxy's CA; otherwise check {arguments}. {asked}"},
	GivenCA: {"TLS failed", "The certificates in cacert_file (or OS_CACERT) do not vouch for {service}. They " +
		"replace the system's: the file must hold the CA of the endpoint, or of a proxy that inspects TLS. {asked}"},
	NotTLS: {"the endpoint does not speak TLS", "Check the port: {service} speaks TLS only. For an emulator or a tunnel " +
		"on this machine without TLS, use http://, which is accepted for loopback addresses. {asked}"},
	OnlyTLS: {"the endpoint speaks TLS only", "Begin the endpoint with https:// instead of http://. {asked}"},
	Proxy: {"the proxy refused to connect",
		"The status is the proxy's own. 407 asks for a user and password in HTTPS_PROXY. " + noProxy},
	ProxyUnreachable: {"the proxy cannot be reached", "Check that HTTPS_PROXY names the right proxy, " +
		"and that it is running. " + noProxy},
	Credentials: {"no valid credentials", foundIn + "They were found but cannot be used: fix the problem above."},
	Redirect: {"redirects are not followed", "A signed request is valid for one host and is not sent elsewhere. Set " +
		"{arguments} to the one that serves your account. {asked}"},
	Malformed: {"the answer is not JSON of the documented form", checkOther},
	Unauthorized: {"", "The request was signed with credentials from {credentials}. {asked} Check these credentials: " +
		"wrong or expired keys or tokens get this answer. So do those of an account of another site: check {arguments}. " +
		"Check this machine's clock as well: a signature is refused if the clock is more than 15 minutes off."},
	Forbidden: {"", "Grant the IAM action {action} to the user or agency that these credentials belong to."},
	NotFound:  {"", "Check {arguments}. {asked}"},
	Throttled: {"", "Too many requests: read fewer lists at once (terraform -parallelism=1), or raise max_retries."},
	Server:    {"", "{service}, or something in front of it, failed: try again later. {support}"},
}

const foundIn = "The credentials are from {credentials}. "

// Advice says what the user can do about the error. It is empty if that depends on the request: see [BadRequest].
func (e *Error) Advice(s Service) string {
	text, support := kinds[e.Kind].advice, ""
	if e.RequestID != "" {
		support = "If this persists, give the request id to the vendor's support."
	}
	// What failed may be the request for the credentials, or a request for the credentials of that request.
	if cause := (*Error)(nil); e.Kind == Credentials && errors.As(e.Err, &cause) {
		if cause.Kind == Credentials {
			return cause.Advice(s)
		}
		if cause.Status == 0 {
			text = foundIn + cause.Advice(Service{Name: "IAM or STS", Arguments: "iam_endpoint or sts_endpoint"})
		}
	}
	text = strings.NewReplacer("{service}", s.Name, "{arguments}", "the provider's "+s.Arguments, "{asked}", s.Asked,
		"{action}", e.action(s.Action), "{credentials}", s.Credentials, "{support}", support).Replace(text)
	return strings.Join(strings.Fields(text), " ") // nothing may have been filled in between two blanks
}

// iamAction finds an IAM action in a message, such as coc:execution:list, but not within a longer name such as a URN.
var iamAction = regexp.MustCompile(`(?:^|[^\w:.-])([a-zA-Z][\w-]*:[a-zA-Z][\w-]*:[a-zA-Z*][\w*-]*)(?:$|[^\w:*-])`)

// action returns the IAM action to grant: the one that the service names, or else the documented one.
func (e *Error) action(documented string) string {
	if named := iamAction.FindStringSubmatch(e.Message); named != nil && named[1] != documented {
		return named[1] + ", which the service names (the documented one is " + documented + "),"
	}
	return documented
}
