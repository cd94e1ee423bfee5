package coctest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// Row is a row of any list as it is sent: an instance, a ticket, a step, a script order or a batch of one.
type Row = json.RawMessage

// Page is the body of a list's 200. A nil Data or Total is sent as null. Script orders have another envelope and other
// names, see [Emulator.AddOrder].
type Page struct {
	ErrorCode *string `json:"error_code"`
	ErrorMsg  *string `json:"error_msg"`
	Data      []Row   `json:"data"`
	Total     any     `json:"total"`
}

// page returns the part of a list that a request asks for, after Edit. all returns the list's length and its rows by
// index; it runs, and so do the rows, while mu is held.
func (e *Emulator) page(req Request, all func() (total int, row func(i int) Row)) *Page {
	return e.edited(req, func() *Page {
		total, row := all()
		return &Page{Data: e.cut(req.Limit, req.Offset, total, row), Total: total}
	})
}

// edited makes a page while mu is held, and then lets Edit change it.
func (e *Emulator) edited(req Request, made func() *Page) *Page {
	e.editing.Lock()
	defer e.editing.Unlock()
	p := func() *Page {
		e.mu.Lock()
		defer e.mu.Unlock()
		return made()
	}()
	if e.Edit != nil {
		e.Edit(req, p)
	}
	return p
}

// cut returns at most limit of n rows.
func (e *Emulator) cut(limit, from, n int, row func(i int) Row) []Row {
	if e.MaxLimit > 0 {
		limit = min(limit, e.MaxLimit)
	}
	rows := []Row{}
	for i := from; i < n && len(rows) < limit; i++ {
		rows = append(rows, row(i))
	}
	return rows
}

// absent, as a value for with, removes a field.
var absent = new(struct{ byte })

// with returns a row with other values for some of its fields. It panics if the row is not an object.
func with(row Row, set map[string]any) Row {
	if len(set) == 0 {
		return row
	}
	var fields map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(row)))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		panic(err)
	}
	maps.Copy(fields, set)
	maps.DeleteFunc(fields, func(_ string, value any) bool { return value == absent })
	return encode(fields)
}

// encode returns the JSON of a body. It panics if a test's row is not JSON.
func encode(body any) []byte {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return b
}

func sendError(w http.ResponseWriter, status int, code, message string) {
	sendJSON(w, status, encode(map[string]string{"error_code": code, "error_msg": message}))
}

func sendJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // it does not matter if the client went away
}
