package main

import (
	"fmt"
	"io"
	"time"
)

// report is what make doctor prints. You can publish it: it contains counts, types and the API's own words, and nothing
// from the account.
type report struct {
	// facts describe the way to the service, in the order in which they are printed.
	facts []finding
	// grants are the calls and whether they are allowed.
	grants []grant
	// missing are the titles and the advice of the diagnostics that the provider would give.
	missing []problem
	// found answers the questions about the service. It is empty if the service could not be asked.
	found []finding
}

// problem is a diagnostic without the details that name things of the account.
type problem struct{ title, advice string }

// write prints the report in Markdown.
func (r *report) write(w io.Writer, version string, now time.Time) error {
	p := &printer{w: w}
	p.print("# First contact with COC\n\n`make doctor` of terraform-provider-coc %s wrote this report on %s. It "+
		"contains no ID, name, address, message or key from the account.\n\n## Can the provider work?\n\n",
		version, now.UTC().Format(time.DateOnly))
	for _, fact := range r.facts {
		p.print("- %s: %s\n", fact.question, fact.answer)
	}
	if len(r.grants) > 0 {
		p.print("\n| data source | IAM action | granted |\n|---|---|---|\n")
	}
	for _, g := range r.grants {
		p.print("| `%s` | `%s` | %s |\n", g.source, g.action, g.granted())
	}
	if len(r.missing) > 0 {
		p.print("\nWhat is missing:\n\n")
	}
	for _, m := range r.missing {
		p.print("- **%s.** %s\n", m.title, m.advice)
	}
	p.print("\n## How does the service behave?\n\n")
	if len(r.found) == 0 {
		p.print("The provider could not ask it.\n")
		return p.err
	}
	p.print("| question | answer | from |\n|---|---|---|\n")
	for _, f := range r.found {
		p.print("| %s | %s | %s |\n", f.question, f.answer, f.from)
	}
	return p.err
}

// printer writes until a write fails.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) print(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
