package coc

import "strings"

// idKinds are the known kinds of IDs, by how they begin. A kind comes before a kind whose prefix is the beginning of
// its own.
var idKinds = []struct {
	// name says what the ID identifies. next says where an ID of this kind can be used.
	prefix, name, next string
}{
	{"EXS", "a step", "coc_execution_instances reads its hosts"},
	{"EXI", "an instance", "it is a row of coc_execution_instances"},
	{"SCT", "a script order", "coc_script_order reads it, and coc_run its outcome"},
	{"EX", "a ticket", "coc_execution_steps lists its steps, and the ID of a step begins with EXS"},
}

// Misfit returns a message for an ID that begins like an ID of another kind than the argument's, to follow the word
// "which". Otherwise it is empty. Case does not count. An ID with an unknown beginning is accepted, as the form of an
// ID is not documented.
func (a *Argument) Misfit(id string) string {
	id = strings.ToUpper(id)
	for _, kind := range idKinds {
		switch {
		case !strings.HasPrefix(id, kind.prefix):
		case kind.prefix == "EX" && !strings.ContainsAny(id[2:min(3, len(id))], "0123456789"): // of a kind that is not known
		case a.Prefix == "" || kind.prefix == a.Prefix:
			return ""
		default:
			return "looks like the ID of " + kind.name + " (" + kind.prefix + "…): " + kind.next
		}
	}
	return ""
}
