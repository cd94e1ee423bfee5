package rows

// members are the members of an object that have been read so far, to find a name that an object gives twice.
type members struct {
	list   []member
	places map[string]int // the index of each name; nil for a short list, which is faster to search without it
}

// member is the name of a member and the range of its leaves in flattener.leaves.
type member struct {
	name   string
	leaves span
}

const (
	shortList      = 32   // the longest list without an index
	maxKeptMembers = 1024 // the largest capacity of a list that is kept for the next object
)

func (m *members) reset() {
	if cap(m.list) > maxKeptMembers {
		m.list = nil
	}
	m.list, m.places = m.list[:0], nil
}

// find returns the member with a name, nil if there is none. It is valid until the next call of put.
func (m *members) find(name string) *member {
	if m.places != nil {
		if place, ok := m.places[name]; ok {
			return &m.list[place]
		}
		return nil
	}
	for i := range m.list {
		if m.list[i].name == name {
			return &m.list[i]
		}
	}
	return nil
}

// put adds a member whose name is not there yet.
func (m *members) put(name string, leaves span) {
	m.list = append(m.list, member{name, leaves})
	switch n := len(m.list); {
	case m.places != nil:
		m.places[name] = n - 1
	case n > shortList:
		m.places = make(map[string]int, 2*n)
		for place := range m.list {
			m.places[m.list[place].name] = place
		}
	}
}
