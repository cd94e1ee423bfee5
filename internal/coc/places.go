package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// places numbers the rows of a list in the order in which they came, and finds the number (the place) of a row by its key.
//
// Two copies of a row have the same key. A copy may also lack a key field that the other one has, as a row may get its second ID
// while the list is read. Such copies have at least one key field in common, and the same value in each field that both have.
type places struct {
	table *rows.Table
	byKey map[string]int
	// keys are the keys of the rows, by place. If the copies of a row have different keys, it is the key with more fields.
	keys []string
	// byPart finds a place by the value of one key field. It is nil until a row lacks a key field, which most rows never do.
	byPart map[string]int
}

func newPlaces(table *rows.Table) *places { return &places{table: table, byKey: make(map[string]int)} }

// find returns the place of a row that has come before. It does not find rows without a key. Partial tells that the row may lack a
// key field.
func (p *places) find(key string, partial bool) (place int, ok bool) {
	if place, ok = p.byKey[key]; ok || key == "" {
		return place, ok && key != ""
	}
	if p.byPart == nil && !partial {
		return 0, false
	}
	if p.byPart == nil {
		p.byPart = make(map[string]int)
		for place, key := range p.keys {
			p.index(key, place)
		}
	}
	parts := p.table.KeyParts(key)
	for _, part := range parts {
		if place, ok := p.byPart[part]; ok && agree(parts, p.table.KeyParts(p.keys[place])) {
			if len(parts) > len(p.table.KeyParts(p.keys[place])) {
				p.keys[place] = key
			}
			p.byKey[key] = place
			p.index(key, place)
			return place, true
		}
	}
	return 0, false
}

// add gives a new row the next place.
func (p *places) add(key string) (place int) {
	place = len(p.keys)
	p.keys = append(p.keys, key)
	if key != "" {
		p.byKey[key] = place
		if p.byPart != nil {
			p.index(key, place)
		}
	}
	return place
}

// index enters a place in byPart, for each key field that the row has.
func (p *places) index(key string, place int) {
	for _, part := range p.table.KeyParts(key) {
		p.byPart[part] = place
	}
}

// agree tells whether two keys have the same value in each field that both have. The first byte of a part tells the field.
func agree(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x[0] == y[0] && x != y {
				return false
			}
		}
	}
	return true
}
