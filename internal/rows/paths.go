package rows

// paths are the paths of leaves that a flat field keeps. Nil keeps every leaf.
type paths struct {
	// kept is true for each of the paths, and false for each path that leads to one of them.
	kept map[string]bool
}

// KeepPaths returns a copy of the table whose Flat fields keep the leaves with exactly these paths, and drop all
// others. [Table.Read] documents the paths. Dropped leaves take nothing of the limit of a page, and are checked to be
// JSON only.
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

// lead reports whether the value with this path can hold a leaf that is kept, or be one.
func (p *paths) lead(path []byte) bool {
	if p == nil {
		return true
	}
	_, ok := p.kept[string(path)]
	return ok
}
