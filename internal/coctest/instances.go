package coctest

import "encoding/json"

// SetRows replaces all instances.
func (e *Emulator) SetRows(rows ...Row) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows = map[string][]Row{"": rows}
	for _, row := range rows {
		if step := stepOf(row); step != "" {
			e.rows[step] = append(e.rows[step], row)
		}
	}
}

// Body returns the body of a page of all instances.
func (e *Emulator) Body(limit, offset int) []byte {
	return encode(e.instances(Request{Path: Path, Limit: limit, Offset: offset}))
}

// instances answers ListExecutionInstances.
func (e *Emulator) instances(req Request) any {
	return e.page(req, func() (int, func(int) Row) {
		rows := e.rows[req.StepID]
		return len(rows), func(i int) Row { return rows[i] }
	})
}

func stepOf(row Row) string {
	var r struct {
		StepID string `json:"execution_step_id"`
	}
	if json.Unmarshal(row, &r) != nil {
		return ""
	}
	return r.StepID
}
