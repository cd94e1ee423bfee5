package rows

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tinylib/msgp/msgp"
	"golang.org/x/text/unicode/norm"
)

const (
	maxDepth = 100 // how many levels of objects and arrays a flat field may have
	// Names repeat from row to row, so flattener.names keeps one copy of each, within limits that no page can exceed.
	maxInternedLength, maxInterned = 128, 1024
	leafBytes                      = 128 // about the memory of a leaf in flattener and members, besides its path and value
)

// flattener is the state of flatten in one flat field. A leaf is a value that is not an object or array, or is an empty
// one.
type flattener struct {
	path    []byte         // the path of the value that is being read
	leaves  []leaf         // the leaves that have been read so far
	objects []*members     // for each level, the members of the object that is being read there
	names   []name         // the names so far, in the order in which they first came
	index   map[string]int // the index of each of these names, by its quoted form in JSON
	next    int            // the index of the name that probably comes next, as rows repeat their names in the same order
	dotted  bool           // whether some name holds a dot: only then can two leaves have the same path
	omit    string         // the name of members that are left out, empty if there is none
}

// leaf is one entry of the map that a flat field becomes.
type leaf struct {
	entry span // the encoded path and value, in decoder.values
	path  span // the encoded path alone
	gone  bool // a later value with the same name or path replaces the leaf
}

// name is the name of a member, as quoted in JSON, and in Unicode's NFC.
type name struct{ quoted, normal string }

// flatten reads the next value, an object, and appends it to the values as a map from paths to texts.
func (d *decoder) flatten() error {
	f := d.flat
	f.path, f.leaves, f.dotted, f.next = f.path[:0], f.leaves[:0], false, 0
	header := d.reserveHeader()
	if err := d.skipToken(); err != nil {
		return err
	}
	if err := d.flatObject(1); err != nil {
		return err
	}
	if f.dotted {
		f.markCollisions(d.values)
	}
	n, end := 0, header+headerBytes
	for _, l := range f.leaves {
		if !l.gone {
			n++
			end += copy(d.values[end:], d.values[l.entry.from:l.entry.to])
		}
	}
	d.values = d.values[:end]
	d.fillHeader(header, n, msgp.AppendMapHeader)
	return nil
}

// markCollisions marks as gone each leaf that has the same path as a later one.
func (f *flattener) markCollisions(values []byte) {
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

// flatObject reads the members of an object, whose opening brace has been read, up to its end.
func (d *decoder) flatObject(depth int) error {
	f := d.flat
	known := f.membersAt(depth)
	parent := len(f.path)
	for {
		if d.dec.PeekKind() == '}' {
			return d.skipToken()
		}
		raw, err := d.dec.ReadValue()
		if err != nil {
			return err
		}
		name := d.flatName(raw)
		f.path = append(f.childPath(parent, depth), name...)
		if !d.table.paths.lead(f.path) || name == f.omit && name != "" {
			// This checks that the value is JSON. If the object gives the name again, that value has the same path.
			if err := d.dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		f.dotted = f.dotted || strings.IndexByte(name, '.') >= 0
		earlier := known.find(name)
		if earlier != nil {
			for i := earlier.leaves.from; i < earlier.leaves.to; i++ {
				f.leaves[i].gone = true
			}
		}
		from := len(f.leaves)
		if err := d.flatAny(depth); err != nil {
			return err
		}
		if leaves := (span{from, len(f.leaves)}); earlier != nil {
			earlier.leaves = leaves
		} else {
			known.put(name, leaves)
		}
	}
}

// flatArray reads the elements of an array, whose opening bracket has been read, up to its end.
func (d *decoder) flatArray(depth int) error {
	f := d.flat
	parent := len(f.path)
	for i := int64(0); ; i++ {
		if d.dec.PeekKind() == ']' {
			return d.skipToken()
		}
		f.path = strconv.AppendInt(f.childPath(parent, depth), i, 10)
		if !d.table.paths.lead(f.path) {
			if err := d.dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		if err := d.flatAny(depth); err != nil {
			return err
		}
	}
}

// childPath returns the path of the parent, whose length is given, for a name or an index to be appended. It ends with
// a dot, except in the outermost object, whose path is empty.
func (f *flattener) childPath(parent, depth int) []byte {
	if depth == 1 {
		return f.path[:parent]
	}
	return append(f.path[:parent], '.')
}

// flatAny reads the next value, at the current path.
func (d *decoder) flatAny(depth int) error {
	switch kind := d.dec.PeekKind(); kind {
	case '{', '[':
		if err := d.skipToken(); err != nil {
			return err
		}
		end := byte(kind) + 2 // } and ] are two after { and [
		if byte(d.dec.PeekKind()) == end {
			if err := d.skipToken(); err != nil {
				return err
			}
			return d.leaf([]byte{byte(kind), end})
		}
		if depth == maxDepth {
			return &valueError{problem: fmt.Sprintf("nested deeper than %d levels", maxDepth)}
		}
		if kind == '[' {
			return d.flatArray(depth + 1)
		}
		return d.flatObject(depth + 1)
	}
	raw, err := d.dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case 'n':
		return d.leaf(nil)
	case '"':
		return d.leaf(d.unquote(raw))
	default: // true, false, or a number with its digits as sent
		return d.leaf(raw)
	}
}

// leaf appends a leaf with the current path, if the table keeps that path. A value of nil is null.
func (d *decoder) leaf(value []byte) error {
	if !d.table.paths.keep(d.flat.path) {
		return nil
	}
	if err := d.spend(leafBytes + len(d.flat.path) + len(value)); err != nil {
		return err
	}
	l := leaf{entry: span{from: len(d.values)}}
	d.values = msgp.AppendStringFromBytes(d.values, d.flat.path)
	l.path = span{l.entry.from, len(d.values)}
	if value == nil {
		d.values = append(d.values, null...)
	} else {
		d.values = msgp.AppendStringFromBytes(d.values, value)
	}
	l.entry.to = len(d.values)
	d.flat.leaves = append(d.flat.leaves, l)
	return nil
}

// membersAt returns an empty list for the members of an object at a depth, counted from 1.
func (f *flattener) membersAt(depth int) *members {
	for len(f.objects) < depth {
		f.objects = append(f.objects, &members{})
	}
	known := f.objects[depth-1]
	known.reset()
	return known
}

// flatName returns the name of a member in Unicode's NFC, from its quoted form in JSON.
func (d *decoder) flatName(raw []byte) string {
	f := d.flat
	i := f.next
	if i >= len(f.names) || f.names[i].quoted != string(raw) {
		var known bool
		if i, known = f.index[string(raw)]; !known {
			normal := norm.NFC.String(string(d.unquote(raw)))
			if len(raw) > maxInternedLength || len(f.names) == maxInterned {
				return normal
			}
			i = len(f.names)
			f.names = append(f.names, name{string(raw), normal})
			f.index[f.names[i].quoted] = i
		}
	}
	f.next = i + 1
	return f.names[i].normal
}
