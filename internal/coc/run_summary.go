package coc

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// maxSummary is the largest size of a summary in bytes.
const maxSummary = 4 << 10

// findings are the facts of a verdict that only the summary needs.
type findings struct {
	// disorder and indecisive are about steps, see the methods of these names.
	disorder, indecisive []string
	// strangers is how many rows belong to another step than the one that was asked for.
	strangers int64
	// keyless is how many rows have no ID.
	keyless int64
	// hosts are the first rows that are not a success, and more is how many others there are.
	hosts []RunInstance
	more  int
}

// summary says what is known about the run, for the reader of a failed pipeline. Terraform wraps a line unless it
// begins with a blank, so each host's line begins with two.
func (e *evidence) summary(run *Run, f *findings) string {
	head := e.head(run) + e.numbers(run) + e.stepLines(f)
	// Ten hosts with short messages are worth more than a few with long ones.
	for _, length := range []int{rest.MaxShown, rest.MaxShown / 2, rest.MaxShown / 4, 0} {
		if s := head + e.hostLines(f, length); len(s) <= maxSummary {
			return s
		}
	}
	return clip(head+e.hostLines(f, 0), maxSummary)
}

// head says which run it is, how it ended and when.
func (e *evidence) head(run *Run) string {
	s := "Run " + label(e.id)
	if e.name != "" {
		s += " of " + e.of + " " + quote(e.name)
	}
	at := func(what string, time *string) string {
		if time == nil {
			return ""
		}
		return what + *time
	}
	is, with := "its status is "+label(e.status), "with status "+label(e.status)
	if e.status == "" {
		is, with = "it has no status", "without a status"
	}
	switch {
	case !e.finished:
		return s + " has not ended: " + is + at("; it started at ", e.started) + "."
	case run.Succeeded:
		s += " has succeeded"
	default:
		s += " has not succeeded"
	}
	return s + ": it ended " + with + at(" at ", e.ended) + "."
}

// numbers says how many instances are in which status, how many are missing or too many, and how many each step has.
func (e *evidence) numbers(run *Run) string {
	var statuses, steps []string
	for _, status := range slices.SortedFunc(maps.Keys(run.StatusCounts), func(a, b string) int {
		return cmp.Or(cmp.Compare(run.StatusCounts[b], run.StatusCounts[a]), strings.Compare(a, b))
	}) {
		statuses = append(statuses, fmt.Sprintf("%d %s", run.StatusCounts[status], orNone(status)))
	}
	for _, step := range e.steps {
		if step.rows != nil && step.rows.total > 0 {
			steps = append(steps, fmt.Sprintf("%d in %s", step.rows.total, quote(step.label())))
		}
	}
	s := "\nNo instances."
	if run.InstanceCount > 0 {
		s = "\n" + number(run.InstanceCount, "instance") + ": " + enumerate(statuses) + "."
	}
	switch n := run.InstanceCount - wanted(e.expected); {
	case e.expected == nil && n < 0:
		s += " At least one is needed."
	case n < 0:
		s += fmt.Sprintf(" %d of the %d expected %s missing.", -n, *e.expected, are(-n))
	case n > 0 && e.expected != nil:
		s += fmt.Sprintf(" That is %d more than the %d expected.", n, *e.expected)
	}
	if len(steps) > 1 {
		s += "\nBy step: " + enumerate(steps) + "."
	}
	return s
}

// stepLines says what is wrong with the steps.
func (e *evidence) stepLines(f *findings) (s string) {
	if len(f.disorder) > 0 {
		s += "\nSteps that have not succeeded: " + enumerate(f.disorder) + "."
	}
	if len(f.indecisive) > 0 {
		s += "\nStep statuses that do not affect the verdict: " + enumerate(f.indecisive) + "."
	}
	if f.strangers > 0 {
		s += fmt.Sprintf("\nThe service sent %s of a step other than the one that was asked for.", number(f.strangers, "row"))
	}
	if f.keyless > 0 {
		s += "\nWithout an ID: " + number(f.keyless, "row") + ". The service may have sent the same instance twice."
	}
	for _, doubt := range e.doubts {
		s += "\n" + doubt
	}
	return s
}

// hostLines names the hosts, with up to length characters of the first line of their messages.
func (e *evidence) hostLines(f *findings, length int) string {
	several := e.rowsOfSeveralSteps()
	var b strings.Builder
	for _, host := range f.hosts {
		b.WriteString("\n  " + hostName(&host))
		if several && host.StepName != nil {
			b.WriteString(" in " + quote(*host.StepName))
		}
		b.WriteString(isStatus(deref(host.Status)))
		message, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(deref(host.Message)), "\r", "\n"), "\n")
		if text := rest.Printable(message, length); text != "" && length > 0 {
			b.WriteString(": " + text)
		}
	}
	if f.more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", f.more)
	}
	return b.String()
}

// rowsOfSeveralSteps reports whether more than one step has rows.
func (e *evidence) rowsOfSeveralSteps() bool {
	n := 0
	for _, step := range e.steps {
		if step.rows != nil && step.rows.total > 0 {
			n++
		}
	}
	return n > 1
}

// hostName names a host as well as its row allows.
func hostName(host *RunInstance) string {
	for _, name := range []*string{host.HostName, host.InstanceID, host.ResourceID} {
		if name == nil {
			continue
		}
		s := label(*name)
		if host.HostIP != nil {
			s += " (" + label(*host.HostIP) + ")"
		}
		return s
	}
	return "an instance without an ID"
}

// enumerate joins items with commas. It leaves out those that would make the text too long, and says how many.
func enumerate(items []string) string {
	const most = 400
	s := ""
	for i, item := range items {
		if i > 0 && len(s)+len(item) > most {
			return s + fmt.Sprintf(" and %d more", len(items)-i)
		}
		if i > 0 {
			s += ", "
		}
		s += item
	}
	return s
}

// label returns a text as a summary shows it.
func label(s string) string { return rest.Printable(s, maxLabel) }

func quote(s string) string { return `"` + label(s) + `"` }

// orNone returns a status as a summary shows it.
func orNone(status string) string {
	if s := label(status); s != "" {
		return s
	}
	return "without a status"
}

// isStatus ends a sentence about something with a status.
func isStatus(status string) string {
	if s := label(status); s != "" {
		return " is " + s
	}
	return " has no status"
}

func number(n int64, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
