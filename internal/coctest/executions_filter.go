package coctest

import (
	"strings"
	"time"
)

// facts are the fields of a ticket that it is found by.
type facts struct {
	ID      string `json:"execution_id"`
	Name    string `json:"document_name"`
	Job     string `json:"document_id"`
	Who     string `json:"creator"`
	Began   *int64 `json:"start_time"`
	Ended   *int64 `json:"end_time"`
	Tagging []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"tags"`
}

// matches reports whether a ticket has all that the list's parameters ask for. A ticket that has not ended did not end
// before any time.
func (t *ticket) matches(req Request, now time.Time) bool {
	query, began, ended := req.Query, t.Began, t.Ended
	if len(query) == 0 {
		return true
	}
	if len(t.Phases) > 0 {
		m := at(t.Start, t.Phases, now)
		began, ended = pointer(m.start), pointer(m.end)
	}
	if query.Has("start_time") && (began == nil || *began <= int64(number(query, "start_time", 0))) ||
		query.Has("end_time") && (ended == nil || *ended >= int64(number(query, "end_time", 0))) ||
		query.Has("document_id") && t.Job != query.Get("document_id") ||
		query.Get("exclude_child_executions") == "true" && t.Child {
		return false
	}
	for _, tag := range strings.Split(query.Get("tags"), ",") {
		if tag != "" && !t.tagged(tag) {
			return false
		}
	}
	return strings.Contains(t.Name, query.Get("document_name")) && strings.Contains(t.Who, query.Get("creator"))
}

// tagged reports whether the ticket has a tag, given as key=value.
func (t *ticket) tagged(tag string) bool {
	for _, have := range t.Tagging {
		if have.Key+"="+have.Value == tag {
			return true
		}
	}
	return false
}

func pointer(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}
