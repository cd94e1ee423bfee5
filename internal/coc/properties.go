package coc

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxDepth is how many levels properties may have.
	maxDepth = 100
	// An interned path is at most this long, and there are at most this many: enough for the few paths that all rows share,
	// too little for a page to grow the table.
	maxInternedLength, maxInterned = 128, 1024
	// What a row and a leaf count beside their text, about their size in memory.
	rowBytes, leafBytes = 128, 32
)

var errTooDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

// flattener turns any JSON object into a map from the path of a leaf to its value, in one pass over the tokens and without
// losing anything:
//
//   - a path joins names and array indices with dots (properties.host_name, ids.0);
//   - a null stays null, a number keeps its digits, a bool is true or false, an empty object or array is {} or [];
//   - of a name given twice in one object the last one counts, as other JSON parsers have it;
//   - of two paths that collide ({"a.b":1,"a":{"b":2}}) the last in document order counts.
type flattener struct {
	// budget is how many bytes the result may still take. Every leaf repeats its path, so a small document of long names can
	// flatten to a large map; and rows and leaves weigh something without any text, so [1,1,1…] is heavier than it looks.
	budget int64

	path   []byte
	leaves []leaf
	seen   []map[string]span // per level, the leaves of each name of the object that is being read there
	// All rows of a page share their few names and paths: one copy of each, found by its quoted and by its plain form.
	names, paths interned
}

// interned holds one copy of a string.
type interned map[string]string

type leaf struct {
	path  string
	value string
	null  bool
	gone  bool // a later value of the same name took its place
}

// span is a range of leaves.
type span struct{ from, to int }

func newFlattener(budget int64) *flattener {
	return &flattener{budget: budget, names: make(interned), paths: make(interned)}
}

// flatten reads the object that comes next.
func (f *flattener) flatten(dec *jsontext.Decoder) (map[string]*string, error) {
	f.path, f.leaves = f.path[:0], f.leaves[:0]
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	if err := f.object(dec, 1); err != nil {
		return nil, err
	}
	values := make([]string, len(f.leaves))
	flat := make(map[string]*string, len(f.leaves))
	for i, l := range f.leaves {
		switch {
		case l.gone:
		case l.null:
			flat[l.path] = nil
		default:
			values[i] = l.value
			flat[l.path] = &values[i]
		}
	}
	return flat, nil
}

// object reads the members of an object up to its end.
func (f *flattener) object(dec *jsontext.Decoder, depth int) error {
	seen := f.seenAt(depth)
	parent := len(f.path)
	for {
		if dec.PeekKind() == '}' {
			_, err := dec.ReadToken()
			return err
		}
		name, err := f.readName(dec)
		if err != nil {
			return err
		}
		if earlier, twice := seen[name]; twice {
			for i := range f.leaves[earlier.from:earlier.to] {
				f.leaves[earlier.from+i].gone = true
			}
		}
		from := len(f.leaves)
		f.path = append(f.descend(parent, depth), name...)
		if err := f.value(dec, depth); err != nil {
			return err
		}
		seen[name] = span{from, len(f.leaves)}
	}
}

// array reads the elements of an array up to its end.
func (f *flattener) array(dec *jsontext.Decoder, depth int) error {
	parent := len(f.path)
	for i := int64(0); ; i++ {
		if dec.PeekKind() == ']' {
			_, err := dec.ReadToken()
			return err
		}
		f.path = strconv.AppendInt(f.descend(parent, depth), i, 10)
		if err := f.value(dec, depth); err != nil {
			return err
		}
	}
}

// descend returns the path with a dot for what is below it; the outermost object has no path.
func (f *flattener) descend(parent, depth int) []byte {
	if depth == 1 {
		return f.path[:parent]
	}
	return append(f.path[:parent], '.')
}

// value reads the value at the current path.
func (f *flattener) value(dec *jsontext.Decoder, depth int) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	switch tok.Kind() {
	case '{':
		if dec.PeekKind() == '}' {
			_, err := dec.ReadToken()
			return errors.Join(err, f.add("{}", false))
		}
		if depth == maxDepth {
			return errTooDeep
		}
		return f.object(dec, depth+1)
	case '[':
		if dec.PeekKind() == ']' {
			_, err := dec.ReadToken()
			return errors.Join(err, f.add("[]", false))
		}
		if depth == maxDepth {
			return errTooDeep
		}
		return f.array(dec, depth+1)
	case 'n':
		return f.add("", true)
	default: // a string, true, false, or a number with its digits as sent
		return f.add(tok.String(), false)
	}
}

func (f *flattener) add(value string, null bool) error {
	if err := f.spend(leafBytes + len(f.path) + len(value)); err != nil {
		return err
	}
	path, ok := f.paths[string(f.path)]
	if !ok {
		path = string(f.path)
		f.paths.put(path, path)
	}
	f.leaves = append(f.leaves, leaf{path: path, value: value, null: null})
	return nil
}

func (f *flattener) spend(n int) error {
	if f.budget -= int64(n); f.budget < 0 {
		return ErrPageTooLarge
	}
	return nil
}

// seenAt returns an empty table for the names of an object at a level.
func (f *flattener) seenAt(depth int) map[string]span {
	for len(f.seen) < depth {
		f.seen = append(f.seen, make(map[string]span))
	}
	if len(f.seen[depth-1]) > maxInterned { // clearing costs what the map once held
		f.seen[depth-1] = make(map[string]span)
	}
	clear(f.seen[depth-1])
	return f.seen[depth-1]
}

// readName reads a member's name.
func (f *flattener) readName(dec *jsontext.Decoder) (string, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return "", err
	}
	if name, ok := f.names[string(raw)]; ok {
		return name, nil
	}
	name, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", err
	}
	f.names.put(string(raw), string(name))
	return string(name), nil
}

func (in interned) put(key, s string) {
	if len(key) <= maxInternedLength && len(in) < maxInterned {
		in[key] = s
	}
}
