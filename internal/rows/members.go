package rows

// members are those of an object while it is read: each name once, to find one that is given twice.
type members struct {
	list []member
	// places finds a name in a list that is long. A short list is searched, which is faster.
	places map[string]int
}

// member is a name, and the range of its leaves.
type member struct {
	name   string
	leaves span
}

const (
	// shortList is how many members are searched.
	shortList = 32
	// maxKeptMembers is how much room a list keeps for the next object.
	maxKeptMembers = 1024
)

// reset empties the list.
func (m *members) reset() {
	if cap(m.list) > maxKeptMembers {
		m.list = nil
	}
	m.list, m.places = m.list[:0], nil
}

// find returns the member of a name, nil if there is none. It is valid until the next put.
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

// put adds a member of a new name.
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
