package coc

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// runWords are the statuses that decide on a run, its steps and its rows. Their case does not matter, and neither do
// blanks around those that contradict a success.
type runWords struct {
	succeed          string
	underWay, failed []string
}

var ticketWords = runWords{
	succeed:  "Succeed",
	underWay: []string{"Running", statusPending, "Canceling"},
	failed:   []string{"Failed", "Canceled", "Timeout"},
}

func (w *runWords) isSuccess(status string) bool { return strings.EqualFold(status, w.succeed) }

func (w *runWords) isUnderWay(status string) bool {
	return containsFold(w.underWay, strings.TrimSpace(status))
}

func (w *runWords) isFailed(status string) bool {
	return containsFold(w.failed, strings.TrimSpace(status))
}

const (
	// maxMessage is how many bytes of a message are kept, including messageCut.
	maxMessage = 4 << 10
	messageCut = "… (cut at 4 KiB)"
	// maxHosts is how many hosts a summary names.
	maxHosts = 10
	// maxLabel is how many characters of a name or an ID a message shows.
	maxLabel = 100
	// instanceOverhead estimates the bytes of a kept row besides its texts.
	instanceOverhead = 256
	// nameOverhead estimates the bytes of a counted status besides its text.
	nameOverhead = 64
)

// runRows are the rows of one step: the number of all, and those worth showing.
type runRows struct {
	list RunReading
	// total is the number of rows, succeeded that of the successes. counts is the number by status.
	total, succeeded int64
	counts           map[string]int64
	// keyless is how many rows have no ID, so that they may be copies of others.
	keyless int64
	// unfinished reports whether some row has not ended.
	unfinished bool
	// notable are the rows that are neither a success nor under way, and the first rows under way, in the service's order.
	notable []notableRow
	// size estimates the bytes that the notable rows and the names in counts take.
	size int64
}

type notableRow struct {
	RunInstance
	underWay bool
}

// The paths of a host's facts in the properties of an instance. If there are several, the first one with a value is
// used.
var (
	hostNamePaths   = []string{"properties.host_name", "resource_name"}
	hostIPPaths     = []string{"properties.fixed_ip", "fixed_ip"}
	resourceIDPaths = []string{"resource_id"}
	regionIDPaths   = []string{"region_id", "properties.region_id"}
	hostPaths       = slices.Concat(hostNamePaths, hostIPPaths, resourceIDPaths, regionIDPaths)
)

// runInstances are the instances with the fields that a run needs, and quietInstances are those without their messages.
var (
	quietInstances = ExecutionInstances.only("execution_step_id", "start_time", "end_time", "properties")
	runInstances   = ExecutionInstances.only("execution_step_id", "start_time", "end_time", "properties", "message")
)

// readStep reads the rows of a step.
func (r *runReader) readStep(ctx context.Context, step *runStep) (*runRows, error) {
	list := runInstances
	if r.params.OmitMessages {
		list = quietInstances
	}
	params := Params{
		Arguments: url.Values{"execution_step_id": {step.id}}, PropertyPaths: hostPaths, MaxBytes: r.params.MaxBytes,
	}
	result, err := list.read(ctx, r.client, params, r.slots, maxPageBytes)
	if err != nil {
		return nil, err
	}
	params.Arguments.Set("execution_step_id", step.shownID) // for warnings
	all := &runRows{counts: map[string]int64{}, list: RunReading{List: ExecutionInstances, Params: params, Result: result}}
	for i, encoded := range result.Rows {
		row := runRow{&list.Table, &ticketShape, encoded, result.answer.Redact}
		ended, _ := list.Table.Integer(encoded, "end_time")
		all.add(&ticketWords, row, ended > 0, step.name)
		if of, ok := list.Table.Text(encoded, "execution_step_id"); ok && string(of) != step.id {
			all.list.Strangers++
		}
		result.Rows[i] = nil
	}
	result.Rows = nil
	return all, nil
}

// add counts a row, and keeps it if it is notable.
func (all *runRows) add(words *runWords, row runRow, ended bool, step string) {
	status := deref(row.text("status"))
	all.total++
	if !row.hasID() {
		all.keyless++
	}
	if _, known := all.counts[status]; !known {
		all.size += nameOverhead + int64(len(status))
	}
	all.counts[status]++
	if words.isSuccess(status) {
		all.succeeded++
		return
	}
	underWay := words.isUnderWay(status)
	all.unfinished = all.unfinished || underWay || !ended && !words.isFailed(status)
	if underWay && len(all.notable) >= maxHosts {
		return
	}
	instance := row.instance(step)
	all.notable = append(all.notable, notableRow{instance, underWay})
	all.size += instanceOverhead
	for _, text := range []*string{
		instance.InstanceID, instance.HostName, instance.HostIP, instance.ResourceID, instance.RegionID, instance.Status,
		instance.Message,
	} {
		all.size += int64(len(deref(text)))
	}
}

// rowShape has the names of an instance's fields that differ from list to list.
type rowShape struct{ flat, started, ended string }

var ticketShape = rowShape{flat: "properties", started: "start_time", ended: "end_time"}

// runRow is an encoded row of an instance, and what takes secrets out of its texts.
type runRow struct {
	table   *rows.Table
	shape   *rowShape
	encoded []byte
	redact  func(string) string
}

func (r runRow) instance(step string) RunInstance {
	instance := RunInstance{
		InstanceID: r.text("execution_instance_id"), Status: r.text("status"), Message: r.message(),
		HostName: r.entry(hostNamePaths), HostIP: r.entry(hostIPPaths),
		ResourceID: r.entry(resourceIDPaths), RegionID: r.entry(regionIDPaths),
		StartedAt: timeOf(r.table, r.encoded, r.shape.started), EndedAt: timeOf(r.table, r.encoded, r.shape.ended),
	}
	if step != "" {
		instance.StepName = &step
	}
	if id, ok := r.table.Integer(r.encoded, "id"); ok && instance.InstanceID == nil {
		number := strconv.FormatInt(id, 10)
		instance.InstanceID = &number
	}
	return instance
}

// hasID reports whether a row has a value in a field of its table's key.
func (r runRow) hasID() bool {
	return slices.ContainsFunc(r.table.Key, func(field string) bool {
		text, _ := r.table.Text(r.encoded, field)
		_, isNumber := r.table.Integer(r.encoded, field)
		return isNumber || len(text) > 0
	})
}

// text returns a short text of a row, nil if it is null or empty.
func (r runRow) text(field string) *string {
	value, _ := r.table.Text(r.encoded, field)
	return r.known(value, maxShort, "…")
}

// maxShort is how many bytes of a text that is not a message are kept.
const maxShort = 1 << 10

func (r runRow) message() *string {
	value, _ := r.table.Text(r.encoded, "message")
	return r.known(value, maxMessage, messageCut)
}

// entry returns the first of some properties that has a value, nil if none has.
func (r runRow) entry(paths []string) *string {
	for _, path := range paths {
		if value, _ := r.table.Entry(r.encoded, r.shape.flat, path); len(value) > 0 {
			return r.known(value, maxShort, "…")
		}
	}
	return nil
}

// known returns a text of the row without secrets, cut to a number of bytes, nil if it is empty.
func (r runRow) known(value []byte, limit int, mark string) *string {
	if len(value) == 0 {
		return nil
	}
	text := r.redact(clipWith(string(value), limit, mark))
	return &text
}

// timeOf returns a time of a row in RFC 3339, nil if it has none. Services also send 0 for that.
func timeOf(table *rows.Table, encoded []byte, field string) *string {
	milliseconds, ok := table.Integer(encoded, field)
	text, inYears := FormatTime(milliseconds)
	if !ok || milliseconds <= 0 || !inYears {
		return nil
	}
	return &text
}

// clipWith cuts a text to a number of bytes, including the mark that it appends. It splits no character.
func clipWith(s string, limit int, mark string) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit-len(mark)], "") + mark
}

func clip(s string, limit int) string { return clipWith(s, limit, "…") }
