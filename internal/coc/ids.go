package coc

import "strings"

// idKinds are the known kinds of IDs by prefix, longer prefixes first: what they identify, and where they can be used.
var idKinds = []struct{ prefix, name, next string }{
	{"EXS", "a step", "coc_execution_instances reads its hosts"},
	{"EXI", "an instance", "it is a row of coc_execution_instances"},
	{"SCT", "a script order", "coc_script_order reads it, and coc_run gives its outcome"},
	{"EX", "a ticket", "coc_execution_steps lists its steps (EXS…), and coc_run gives its outcome"},
}

// Misfit returns a message, to follow the word "which", for an ID that begins, ignoring case, like one of a kind that
// the argument does not take. An ID with an unknown beginning is accepted: the form of an ID is not documented.
func (a *Argument) Misfit(id string) string {
	id = strings.ToUpper(id)
	if a.Prefix == "SCT" && strings.Trim(id, "0123456789") == "" {
		return "looks like the order_id of a script order: coc_script_orders also has its execute_uuid (SCT…)"
	}
	for _, kind := range idKinds {
		switch {
		case !strings.HasPrefix(id, kind.prefix):
		case kind.prefix == "EX" && !strings.ContainsAny(id[2:min(3, len(id))], "0123456789"): // of an unknown kind
		case a.Prefix == "" || kind.prefix == a.Prefix:
			return ""
		default:
			return "looks like the ID of " + kind.name + " (" + kind.prefix + "…): " + kind.next
		}
	}
	return ""
}
