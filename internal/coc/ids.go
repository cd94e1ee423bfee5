package coc

import "regexp"

// idKind is a kind of ID, such as the IDs of steps. The service's IDs of one kind all begin alike.
type idKind struct {
	begins *regexp.Regexp
	// name says what the ID identifies. next tells the user where an ID of this kind can be used.
	name, next string
}

// idKinds are the known kinds, by prefix.
var idKinds = map[string]idKind{
	"EXS": {regexp.MustCompile(`^EXS`), "a step", "coc_execution_instances reads its hosts"},
	"EXI": {regexp.MustCompile(`^EXI`), "an instance", "it is a row of coc_execution_instances"},
	"SCT": {regexp.MustCompile(`^SCT`), "a script order", "its hosts are in calls that this provider does not make"},
	"EX":  {regexp.MustCompile(`^EX[0-9]`), "a ticket", "coc_execution_steps lists its steps, and the ID of a step begins with EXS"},
}

// Misfit returns a message for an ID that begins like an ID of another kind than the argument's, to follow the word "which".
// Otherwise it is empty. An ID with an unknown beginning is accepted, as the form of an ID is not documented.
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

// Named returns the name and the value of the argument that identifies the owner of the rows, such as execution_step_id. Both are
// empty if the list has no such argument, or if it is not set.
func (l *List) Named(params Params) (argument, id string) {
	for i := range l.Arguments {
		a := &l.Arguments[i]
		if id := params.Arguments.Get(a.Name); a.Prefix != "" && a.Kind == ID && id != "" {
			return a.Name, id
		}
	}
	return "", ""
}
