package coctest

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// facts are the fields of a ticket that filters compare.
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

// matches reports whether a ticket has all that the list's parameters ask for. A ticket that has not ended matches no
// end_time.
func (t *ticket) matches(req Request, now time.Time) bool {
	query, began, ended := req.Query, t.Began, t.Ended
	if len(query) == 0 {
		return true
	}
	if len(t.Phases) > 0 {
		m := at(t.Start, t.Phases, now)
		began, ended = pointer(m.start), pointer(m.end)
	}
	late := query.Has("start_time") && (began == nil || *began <= int64(number(query, "start_time", 0)))
	early := query.Has("end_time") && (ended == nil || *ended >= int64(number(query, "end_time", 0)))
	child := query.Get("exclude_child_executions") == "true" && t.Child
	if late || early || child || query.Has("document_id") && t.Job != query.Get("document_id") {
		return false
	}
	return t.tagged(query.Get("tags")) && t.named(query)
}

// named reports whether the names of a ticket contain those that are asked for.
func (t *ticket) named(query url.Values) bool {
	return strings.Contains(t.Name, query.Get("document_name")) && strings.Contains(t.Who, query.Get("creator"))
}

// tagged reports whether the ticket has all of some tags, given as key=value,key=value.
func (t *ticket) tagged(tags string) bool {
	have := []string{""}
	for _, tag := range t.Tagging {
		have = append(have, tag.Key+"="+tag.Value)
	}
	return !slices.ContainsFunc(strings.Split(tags, ","), func(tag string) bool { return !slices.Contains(have, tag) })
}

func pointer(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}
