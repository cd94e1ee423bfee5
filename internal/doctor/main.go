// Doctor asks COC with the credentials in the environment, and prints a report in Markdown. The report says what keeps
// the provider from working, and how the service behaves where its documentation leaves that open. Doctor sends only
// GET requests to COC, at most 80 of them, two per second. You can publish the report: it contains nothing from the
// account.
//
// JOB, EXECUTION_ID and SCRIPT_ORDER_ID say which job, ticket or script order to look at. Without them, doctor takes
// the first ones that the service lists.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/provider"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	about := subject{os.Getenv("JOB"), os.Getenv("EXECUTION_ID"), os.Getenv("SCRIPT_ORDER_ID")}
	healthy, err := run(ctx, about, interval, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "doctor:", err)
	}
	if err != nil || !healthy {
		os.Exit(1)
	}
}

// run prints the report, and reports whether nothing is missing. What you should not publish goes to details.
func run(
	ctx context.Context, about subject, pause time.Duration, out, details io.Writer,
) (healthy bool, err error) {
	r := &report{}
	env, diags := provider.ResolveEnvironment(ctx, "terraform-provider-coc/"+version+" doctor")
	for _, d := range diags {
		say(details, "%s: %s\n\n", d.Summary(), d.Detail())
		if d.Severity() == diag.SeverityError {
			r.missing = append(r.missing, problem{d.Summary(), configurationAdvice(d)})
		}
	}
	if env != nil {
		if err := r.ask(ctx, env, &wire{next: env.Config.Transport, pause: pause}, about, details); err != nil {
			return false, err
		}
	}
	return len(r.missing) == 0, r.write(out, version, time.Now())
}

// say prints what the report leaves out. It is only a help, so a failure to print it does not matter.
func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// configurationAdvice says what to do about a configuration that cannot be used. It does not quote most details,
// because they name paths or accounts.
func configurationAdvice(d diag.Diagnostic) string {
	if _, next, found := strings.Cut(d.Detail(), "The usual next step"); found {
		return "The usual next step " + strings.Join(strings.Fields(next), " ")
	}
	return "The details are on standard error, because they may name things in the account."
}

// ask asks the service, and fills in the report.
func (r *report) ask(
	ctx context.Context, env *provider.Environment, w *wire, about subject, details io.Writer,
) error {
	client := func(projectID, domainID string) (*rest.Client, error) {
		config := env.Config
		config.Transport, config.OnAttempt, config.MaxRetries = w, nil, 1
		config.ProjectID, config.DomainID = projectID, domainID
		return rest.New(config)
	}
	configured, err := client(env.Config.ProjectID, env.Config.DomainID)
	if err != nil {
		return err
	}
	s, hopeless := take(ctx, configured, about)
	r.grants = s.grants
	r.facts = []finding{
		{question: "Credentials", answer: "from " + env.Source()},
		{question: "Endpoint", answer: env.Endpoint()},
		{question: "Proxy", answer: proxied(env.Config)},
		{question: "Reached", answer: reached(w)},
		{question: "Clock", answer: clock(w)},
	}
	r.addMissing(env, details)
	if hopeless != nil {
		return nil //nolint:nilerr // it is in the report
	}
	bare, err := client("", "")
	if err != nil {
		return err
	}
	x := &examiner{client: bare, survey: s}
	var withProject, withDomain *examiner
	if id := env.Config.ProjectID; id != "" {
		if c, err := client(id, ""); err == nil {
			withProject = &examiner{client: c}
		}
	}
	if id := env.Config.DomainID; id != "" {
		if c, err := client("", id); err == nil {
			withDomain = &examiner{client: c}
		}
	}
	x.headers(ctx, s.tickets.list, withProject, withDomain)
	x.client = configured
	x.examine(ctx)
	x.wire(w.seen)
	r.found = x.found
	return context.Cause(ctx)
}

// addMissing adds a problem for each kind of failure.
func (r *report) addMissing(env *provider.Environment, details io.Writer) {
	told := make(map[string]bool)
	for _, g := range r.grants {
		if g.err == nil || g.granted() == "yes" {
			continue
		}
		say(details, "%s: %v\n\n", g.source, g.err)
		title, advice := env.Advice(strings.TrimPrefix(g.source, "coc_"), coc.Executions.Path, g.action, g.err)
		if !told[advice] {
			r.missing = append(r.missing, problem{title, advice})
		}
		told[advice] = true
	}
}

// proxied says whether requests go through a proxy.
func proxied(config rest.Config) string {
	transport, ok := config.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil {
		return "no"
	}
	r, err := http.NewRequest(http.MethodGet, config.Endpoint, nil) //nolint:noctx // it is not sent
	if err != nil {
		return unknown
	}
	via, err := transport.Proxy(r)
	return yesNo(err == nil && via != nil)
}

// reached says how long the first answer took.
func reached(w *wire) string {
	for _, e := range w.seen {
		if e.answered {
			return fmt.Sprintf("yes, in %s", e.took.Round(time.Millisecond))
		}
	}
	return "no"
}

// clock compares this machine's clock with the Date of the first answer that has one, which counts whole seconds.
func clock(w *wire) string {
	for _, e := range w.seen {
		if !e.dated {
			continue
		}
		switch off := e.ahead.Round(2 * time.Second); {
		case off > 2*time.Second:
			return fmt.Sprintf("%s behind the service's", off)
		case off < -2*time.Second:
			return fmt.Sprintf("%s ahead of the service's", -off)
		}
		return "right to within 2 seconds"
	}
	return unknown
}
