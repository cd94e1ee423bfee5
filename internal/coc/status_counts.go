package coc

import "strings"

// statusCounts counts the rows of a list by their states. A row counts once, by its place: if a later copy of the row has another
// state, the row counts for that state instead.
type statusCounts struct {
	// names are the states in the order in which they came. counts has the number of rows in each, and index its place in both.
	names  []string
	counts []int64
	index  map[string]int
	// rows has the index of each row's state, by the row's place. It is uncounted for a row that does not count.
	rows []int
	// size estimates the bytes that the names take in memory. The service could send a new state with each row.
	size int64
}

const (
	// uncounted stands for the state of a row that does not count.
	uncounted = -1
	// nameOverhead estimates the bytes that a state takes in memory beside its text.
	nameOverhead = 64
	// maxStatuses is how many states a warning to the user names.
	maxStatuses = 20
)

// set counts the row at a place for a state. A row that does not count is taken off the counts.
func (s *statusCounts) set(place int, status string, counts bool) {
	for len(s.rows) <= place {
		s.rows = append(s.rows, uncounted)
	}
	if before := s.rows[place]; before != uncounted {
		s.counts[before]--
	}
	s.rows[place] = uncounted
	if counts {
		i := s.number(status)
		s.counts[i]++
		s.rows[place] = i
	}
}

// number returns the index of a state, which is new if no row had it before.
func (s *statusCounts) number(status string) int {
	i, known := s.index[status]
	if !known {
		if s.index == nil {
			s.index = make(map[string]int)
		}
		i = len(s.names)
		s.index[status] = i
		s.names, s.counts = append(s.names, status), append(s.counts, 0)
		s.size += nameOverhead + int64(len(status))
	}
	return i
}

// at returns the state of the row at a place, and whether the row counts.
func (s *statusCounts) at(place int) (status string, counts bool) {
	if i := s.rows[place]; i != uncounted {
		return s.names[i], true
	}
	return "", false
}

// byName returns the number of rows in each state that has any.
func (s *statusCounts) byName() map[string]int64 {
	counts := make(map[string]int64, len(s.names))
	for i, name := range s.names {
		if s.counts[i] > 0 {
			counts[name] = s.counts[i]
		}
	}
	return counts
}

// some returns the states that rows have, in the order in which they came, and at most maxStatuses of them.
func (s *statusCounts) some() []string {
	var some []string
	for i, name := range s.names {
		if s.counts[i] > 0 && name != "" && len(some) < maxStatuses {
			some = append(some, name)
		}
	}
	return some
}

// missing returns those of the wanted states that no row has, compared without case.
func (s *statusCounts) missing(wanted []string) []string {
	var missing []string
	for _, status := range wanted {
		found := false
		for i, name := range s.names {
			found = found || s.counts[i] > 0 && strings.EqualFold(name, status)
		}
		if !found {
			missing = append(missing, status)
		}
	}
	return missing
}
