package rows

// paths are the paths of leaves that a flat field keeps. Nil keeps every leaf.
type paths struct {
	kept map[string]bool // true for each of the paths, false for each path that leads to one of them
}

// KeepPaths returns a copy of the table whose Flat fields keep only the leaves with these paths, see [Table.Read]. The
// others do not count towards the limit of a page, and are only checked to be JSON.
func (t *Table) KeepPaths(kept []string) *Table {
	p := &paths{kept: make(map[string]bool, 2*len(kept))}
	for _, path := range kept {
		for i := range len(path) {
			if path[i] == '.' && !p.kept[path[:i]] {
				p.kept[path[:i]] = false
			}
		}
		p.kept[path] = true
	}
	narrowed := *t
	narrowed.paths = p
	return &narrowed
}

// keep reports whether the leaf with this path is kept.
func (p *paths) keep(path []byte) bool { return p == nil || p.kept[string(path)] }

// lead reports whether the value with this path can hold or be a leaf that is kept.
func (p *paths) lead(path []byte) bool {
	if p == nil {
		return true
	}
	_, ok := p.kept[string(path)]
	return ok
}
