package coc

import "regexp"

// idKind is a kind of ID that the service makes, told by how it begins.
type idKind struct {
	begins *regexp.Regexp
	// name says what such an ID is of, next where to go with it.
	name, next string
}

var idKinds = map[string]idKind{
	"EXS": {regexp.MustCompile(`^EXS`), "a step", "coc_execution_instances reads its hosts"},
	"EXI": {regexp.MustCompile(`^EXI`), "an instance", "it is a row of coc_execution_instances"},
	"SCT": {regexp.MustCompile(`^SCT`), "a script order", "its hosts are in calls that this provider does not make"},
	"EX":  {regexp.MustCompile(`^EX[0-9]`), "a ticket", "coc_execution_steps lists its steps, and the ID of a step begins with EXS"},
}

// Misfit says of an ID that begins like one of another kind what it looks like, empty if it does not. Letters of another case
// and unknown beginnings are nobody's, as the form of an ID is not documented.
func (a *Argument) Misfit(id string) string {
	if a.Prefix == "" || idKinds[a.Prefix].begins.MatchString(id) {
		return ""
	}
	for _, prefix := range []string{"EXS", "EXI", "SCT", "EX"} {
		if kind := idKinds[prefix]; kind.begins.MatchString(id) {
			return "looks like the ID of " + kind.name + " (" + prefix + "…): " + kind.next
		}
	}
	return ""
}

// Named returns the name of the argument that names what the rows belong to, such as a step, and its value; both are empty if it
// is not set.
func (l *List) Named(params Params) (argument, id string) {
	for i := range l.Arguments {
		a := &l.Arguments[i]
		if id := params.Arguments.Get(a.Name); a.Prefix != "" && a.Kind == ID && id != "" {
			return a.Name, id
		}
	}
	return "", ""
}
