package coc

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// hostsOf returns rows of a step that failed with a message.
func hostsOf(n int, message string) *runRows {
	all := &runRows{total: int64(n), counts: map[string]int64{"Failed": int64(n)}}
	for i := range n {
		all.notable = append(all.notable, notableRow{RunInstance: RunInstance{
			HostName: ptr(fmt.Sprintf("web-%04d", i)), HostIP: ptr("10.2.0.1"), Status: ptr("Failed"), Message: &message,
		}})
	}
	return all
}

// failedRun is a run of one step with these rows.
func failedRun(all *runRows) *evidence {
	return &evidence{
		id: runID, of: "job", name: "patch", status: "Failed", finished: true, words: ticketWords,
		steps: []runStep{{id: patchStep, name: "patch", status: "Failed", judged: true, rows: all}},
	}
}

// A summary names ten hosts, each on a line that begins with two blanks, with the first line of its message.
func TestSummaryOfHosts(t *testing.T) {
	const head = `Run EX2025062314121800000001 of job "patch" has not succeeded: it ended with status Failed.` + "\n"
	for name, tc := range map[string]struct {
		hosts   int
		message string
		line    string // of the first host
		lines   int
		last    string // the line after the hosts
	}{
		"one host":           {1, "exit status 1", "  web-0000 (10.2.0.1) is Failed: exit status 1", 1, ""},
		"ten hosts":          {10, "x", "  web-0000 (10.2.0.1) is Failed: x", 10, ""},
		"eleven hosts":       {11, "x", "  web-0000 (10.2.0.1) is Failed: x", 10, "  and 1 more"},
		"999 hosts":          {999, "x", "  web-0000 (10.2.0.1) is Failed: x", 10, "  and 989 more"},
		"the first line":     {1, "\r\n first\r\nsecond", "  web-0000 (10.2.0.1) is Failed: first", 1, ""},
		"no message":         {1, " \n", "  web-0000 (10.2.0.1) is Failed", 1, ""},
		"control characters": {1, "a\x1b[31mb\tc\u202ed", "  web-0000 (10.2.0.1) is Failed: a?[31mb c?d", 1, ""},
		"200 characters":     {1, strings.Repeat("x", 200), "  web-0000 (10.2.0.1) is Failed: " + strings.Repeat("x", 200), 1, ""},
		"201 characters":     {1, strings.Repeat("ä", 201), "  web-0000 (10.2.0.1) is Failed: " + strings.Repeat("ä", 200) + "…", 1, ""},
		"ten long messages": {
			12, strings.Repeat("x", 300), "  web-0000 (10.2.0.1) is Failed: " + strings.Repeat("x", 200) + "…", 10, "  and 2 more",
		},
		"ten messages too long": {
			12, strings.Repeat("错", 300), "  web-0000 (10.2.0.1) is Failed: " + strings.Repeat("错", 100) + "…", 10, "  and 2 more",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := failedRun(hostsOf(tc.hosts, tc.message)).judge().Summary
			if len(got) > maxSummary || !strings.HasPrefix(got, head) {
				t.Errorf("%d bytes, want at most %d and first %q:\n%s", len(got), maxSummary, head, got)
			}
			var hosts []string
			for _, line := range strings.Split(got, "\n") {
				if strings.HasPrefix(line, "  ") {
					hosts = append(hosts, line)
				}
			}
			last := ""
			if len(hosts) > tc.lines {
				last = hosts[len(hosts)-1]
			}
			if len(hosts) < tc.lines || hosts[0] != tc.line || last != tc.last {
				t.Errorf("got %d lines, want %d, the first\n%s, want\n%s\nand at last %q, want %q", len(hosts), tc.lines, hosts[0], tc.line, last,
					tc.last)
			}
		})
	}
}

// Whatever the service sends, a summary has a size that Terraform shows, and is never empty.
func TestSummaryIsBounded(t *testing.T) {
	long := strings.Repeat("错", 1000)
	for name, e := range map[string]*evidence{
		"nothing":    {},
		"long texts": {id: long, of: "job", name: long, status: long, finished: true, words: ticketWords},
		"many steps": {id: runID, words: ticketWords, asked: []string{"a", "b"}},
	} {
		for i := range 100 {
			all := hostsOf(20, long)
			all.counts = map[string]int64{long + fmt.Sprint(i): 20}
			all.notable[0].HostName, all.notable[0].Status, all.notable[0].StepName = &long, &long, &long
			if name != "nothing" {
				e.steps = append(e.steps, runStep{id: long, name: long + fmt.Sprint(i), status: long, judged: true, rows: all})
			}
		}
		got := e.judge().Summary
		if len(got) == 0 || len(got) > maxSummary || !utf8.ValidString(got) {
			t.Errorf("%s: %d bytes, want 1 to %d, valid: %t", name, len(got), maxSummary, utf8.ValidString(got))
		}
	}
}

// A secret that comes back is neither in the summary nor in what is kept, and a message is cut.
func TestRunKeepsNoSecret(t *testing.T) {
	e := coctest.New(testKeys)
	secret := testKeys.SecurityToken
	row := func(i int, message string) coctest.Row {
		return coctest.With(coctest.HostOf(patchStep, i, "Failed"), map[string]any{"message": message})
	}
	named := coctest.With(coctest.HostOf(patchStep, 2, "Failed"), map[string]any{
		"status": "No " + secret, "properties": map[string]any{
			"resource_name": "host " + secret, "fixed_ip": secret, "resource_id": secret, "region_id": secret,
		},
	})
	e.AddExecution(ticketOf("Failed", stepOf(patchStep, "patch "+secret, "Bad "+secret)))
	e.AddRows(row(0, "token "+secret+" was refused"), row(1, strings.Repeat("é", 3000)), named)
	run, err := readRun(t, e, RunParams{ExecutionID: runID})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s %s", run.Summary, show(run)); strings.Contains(got, secret) {
		t.Errorf("the secret is in %s", got)
	}
	if got, want := *run.Failed[0].Message, "token *** was refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	cut := *run.Failed[1].Message
	if want := "é… (cut at 4 KiB)"; len(cut) > 4<<10 || len(cut) < 4<<10-1 || !strings.HasSuffix(cut, want) {
		t.Errorf("got %d bytes that end with %q, want %d and %q", len(cut), cut[len(cut)-30:], 4<<10, want)
	}
	nameless := stepOf("EXS "+secret, "", "Failed")
	nameless.Row = coctest.Row(`{}`)
	e.AddExecution(ticketOf("Failed", nameless))
	if run, err = readRun(t, e, RunParams{ExecutionID: runID}); err != nil || strings.Contains(run.Summary+show(run), secret) {
		t.Errorf("the secret is in %+v, %v", run, err)
	}
	for _, reading := range run.Readings { // which warnings quote
		if strings.Contains(fmt.Sprint(reading.Params.Arguments), secret) {
			t.Errorf("the secret is in the arguments %v", reading.Params.Arguments)
		}
	}
	reflected := ticketOf("Failed", stepOf(patchStep, "patch", "Failed"))
	reflected.ExecutionID, reflected.DocumentName = "EX"+secret, "another"
	e.AddExecution(reflected)
	if run, err = readRun(t, e, RunParams{Job: "another"}); err != nil || strings.Contains(run.Summary, secret) {
		t.Errorf("the secret is in %+v, %v", run, err)
	}
	_, err = readRun(t, e, RunParams{ExecutionID: runID, StepNames: []string{"none"}})
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("the secret is in %v", err)
	}
}

// show writes out all that a run has kept.
func show(run *Run) string {
	var b strings.Builder
	for _, host := range run.Failed {
		for _, text := range []*string{
			host.InstanceID, host.StepName, host.HostName, host.HostIP, host.ResourceID, host.RegionID, host.Status, host.Message,
		} {
			b.WriteString(deref(text) + " ")
		}
	}
	for name, status := range run.StepStatuses {
		b.WriteString(name + " " + deref(status) + " ")
	}
	return fmt.Sprintf("%s %v %s %s", &b, run.StatusCounts, deref(run.Name), deref(run.Status))
}

// Messages stay out where they are not wanted, and the rest stays.
func TestRunOmitsMessages(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(ticketOf("Failed", stepOf(patchStep, "patch", "Failed")))
	e.AddRows(coctest.HostOf(patchStep, 0, "Failed"))
	run, err := readRun(t, e, RunParams{ExecutionID: runID, OmitMessages: true})
	if err != nil {
		t.Fatal(err)
	}
	if host := run.Failed[0]; host.Message != nil || *host.HostName != "web-0001" || !strings.HasSuffix(run.Summary,
		"\n  web-0001 (10.2.0.0) is Failed") {
		t.Errorf("got %+v\n%s", host, run.Summary)
	}
}

// The times are those that the function rfc3339 writes.
func TestFormatTime(t *testing.T) {
	for milliseconds, want := range map[int64]string{
		1750659139000: "2025-06-23T06:12:19.000Z", 1750659139050: "2025-06-23T06:12:19.050Z", 0: "1970-01-01T00:00:00.000Z",
		-1:              "1969-12-31T23:59:59.999Z",
		253402300799999: "9999-12-31T23:59:59.999Z", 253402300800000: "", -62135596800001: "", 1 << 62: "",
	} {
		got, ok := FormatTime(milliseconds)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%d: got %q, want %q", milliseconds, got, want)
		}
	}
}
