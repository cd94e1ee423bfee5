package rows

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tinylib/msgp/msgp"
	"golang.org/x/text/unicode/norm"
)

const (
	// maxDepth is how many levels a flat field may have.
	maxDepth = 100
	// The names that all rows share have one copy: names of at most this length, and at most so many of them. That is enough for
	// the few names that repeat, and too little for a page to grow the table.
	maxInternedLength, maxInterned = 128, 1024
	// leafBytes is what a leaf counts beside its text while its row is read, about what the tables below have for it.
	leafBytes = 128
)

// flattener holds what flatten needs while it reads one flat field.
type flattener struct {
	path    []byte // to the value that is being read
	leaves  []leaf
	objects []*members        // per level, of the object that is being read there
	names   map[string]string // by their quoted form
	// dotted: a name holds a dot, so that the paths of two leaves may be the same.
	dotted bool
}

// leaf is one entry of the map.
type leaf struct {
	entry span // path and value, encoded
	path  span
	gone  bool // a later value of the same name or path took its place
}

func newFlattener() *flattener { return &flattener{names: make(map[string]string)} }

// flatten reads the object that comes next as a map of texts, and appends it to the values.
func (r *reader) flatten() error {
	f := r.flat
	f.path, f.leaves, f.dotted = f.path[:0], f.leaves[:0], false
	header := r.reserve()
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	if err := r.flatObject(1); err != nil {
		return err
	}
	if f.dotted {
		f.dropCollisions(r.values)
	}
	n, end := 0, header+headerBytes
	for _, l := range f.leaves {
		if !l.gone {
			n++
			end += copy(r.values[end:], r.values[l.entry.from:l.entry.to])
		}
	}
	r.values = r.values[:end]
	r.fillHeader(header, n, msgp.AppendMapHeader)
	return nil
}

// dropCollisions marks the earlier ones of leaves with the same path.
func (f *flattener) dropCollisions(values []byte) {
	last := make(map[string]int, len(f.leaves))
	for i, l := range f.leaves {
		if l.gone {
			continue
		}
		path := string(values[l.path.from:l.path.to])
		if earlier, twice := last[path]; twice {
			f.leaves[earlier].gone = true
		}
		last[path] = i
	}
}

// flatObject reads the members of an object up to its end.
func (r *reader) flatObject(depth int) error {
	f := r.flat
	known := f.membersAt(depth)
	parent := len(f.path)
	for {
		if r.dec.PeekKind() == '}' {
			_, err := r.dec.ReadToken()
			return err
		}
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		name := r.flatName(raw)
		earlier := known.find(name)
		if earlier != nil {
			for i := earlier.leaves.from; i < earlier.leaves.to; i++ {
				f.leaves[i].gone = true
			}
		}
		from := len(f.leaves)
		f.path = append(f.descend(parent, depth), name...)
		if err := r.flatAny(depth); err != nil {
			return err
		}
		if leaves := (span{from, len(f.leaves)}); earlier != nil {
			earlier.leaves = leaves
		} else {
			known.put(name, leaves)
		}
	}
}

// flatArray reads the elements of an array up to its end.
func (r *reader) flatArray(depth int) error {
	f := r.flat
	parent := len(f.path)
	for i := int64(0); ; i++ {
		if r.dec.PeekKind() == ']' {
			_, err := r.dec.ReadToken()
			return err
		}
		f.path = strconv.AppendInt(f.descend(parent, depth), i, 10)
		if err := r.flatAny(depth); err != nil {
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

// flatAny reads the value at the current path.
func (r *reader) flatAny(depth int) error {
	switch kind := r.dec.PeekKind(); kind {
	case '{', '[':
		if _, err := r.dec.ReadToken(); err != nil {
			return err
		}
		empty, end := "{}", byte('}')
		if kind == '[' {
			empty, end = "[]", ']'
		}
		if byte(r.dec.PeekKind()) == end {
			if _, err := r.dec.ReadToken(); err != nil {
				return err
			}
			return r.leaf([]byte(empty), false)
		}
		if depth == maxDepth {
			return &valueError{problem: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
		}
		if kind == '[' {
			return r.flatArray(depth + 1)
		}
		return r.flatObject(depth + 1)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case 'n':
		return r.leaf(nil, true)
	case '"':
		return r.leaf(r.unquote(raw), false)
	default: // true, false, or a number with its digits as sent
		return r.leaf(raw, false)
	}
}

// leaf appends an entry for a value at the current path.
func (r *reader) leaf(value []byte, isNull bool) error {
	if err := r.spend(leafBytes + len(r.flat.path) + len(value)); err != nil {
		return err
	}
	l := leaf{entry: span{from: len(r.values)}}
	r.values = msgp.AppendStringFromBytes(r.values, r.flat.path)
	l.path = span{l.entry.from, len(r.values)}
	if isNull {
		r.values = append(r.values, null...)
	} else {
		r.values = msgp.AppendStringFromBytes(r.values, value)
	}
	l.entry.to = len(r.values)
	r.flat.leaves = append(r.flat.leaves, l)
	return nil
}

// membersAt returns an empty list for the members of an object at a level.
func (f *flattener) membersAt(depth int) *members {
	for len(f.objects) < depth {
		f.objects = append(f.objects, &members{})
	}
	known := f.objects[depth-1]
	known.reset()
	return known
}

// flatName returns the name of a member, normalized.
func (r *reader) flatName(raw []byte) string {
	f := r.flat
	name, ok := f.names[string(raw)]
	if !ok {
		name = norm.NFC.String(string(r.unquote(raw)))
		if len(raw) <= maxInternedLength && len(f.names) < maxInterned {
			f.names[string(raw)] = name
		}
	}
	f.dotted = f.dotted || strings.IndexByte(name, '.') >= 0
	return name
}
