package coctest

import "sort"

// OrdersWith says how script orders behave where nobody knows the service's behaviour. The zero value is what the
// vendor's example suggests.
type OrdersWith struct {
	// Marker is what a marker does.
	Marker Marker
	// IgnoredNameLike serves orders of any name, whatever name_like is.
	IgnoredNameLike bool
	// TotalOfAll makes the list's total count all orders, whatever the filters are.
	TotalOfAll bool
}

// Marker is what a marker does.
type Marker uint8

// The kinds of markers.
const (
	// ExclusiveMarker goes on after the row of the marker.
	ExclusiveMarker Marker = iota
	// InclusiveMarker goes on at the row of the marker.
	InclusiveMarker
	// IgnoredMarker begins again with the first row.
	IgnoredMarker
)

// from returns the index of the first of n rows that a marker asks for; 0 means no marker. The rows are in ascending
// order of their position.
func (m Marker) from(marker int64, n int, position func(i int) int64) int {
	if marker == 0 || m == IgnoredMarker {
		return 0
	}
	return sort.Search(n, func(i int) bool {
		at := position(i)
		return at > marker || m == InclusiveMarker && at == marker
	})
}
