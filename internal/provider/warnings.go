package provider

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// emptyIsNoSuccess ends the warnings for reads without rows.
const emptyIsNoSuccess = "An empty list can look as if nothing had failed: let a condition check that there are " +
	"rows, too."

// warnings returns the warnings for a read that succeeded, but whose rows may mislead the user.
func warnings(list *coc.List, params coc.Params, result *coc.Result) diag.Diagnostics {
	var diags diag.Diagnostics
	warnOfOwner(&diags, list, params, result)
	for _, m := range result.Mismatches {
		diags.AddAttributeWarning(path.Root(m.Argument), "Rows that do not fit "+m.Argument,
			mismatch(list, &m, len(result.Rows)))
	}
	at := path.Root("statuses")
	if len(result.Unmatched) > 0 && result.Read > 0 {
		had := "no row has a status"
		if len(result.Statuses) > 0 {
			had = "the rows have " + quoted(result.Statuses)
		}
		diags.AddAttributeWarning(at, "No row has this status",
			fmt.Sprintf("No row has the status %s, which this provider does not know. It knows %s; %s. %s",
				quoted(result.Unmatched), quoted(list.Statuses), had, emptyIsNoSuccess))
	}
	if len(result.Unforeseen) > 0 {
		diags.AddAttributeWarning(at, "Rows with a status that this provider does not know",
			fmt.Sprintf("Some rows that statuses dropped have the status %s, which this provider does not know. If it "+
				"means a failure, add it to statuses.", quoted(result.Unforeseen)))
	}
	if result.StatusCounts == nil && params.MaxItems == 0 {
		diags.AddWarning("The rows have too many statuses", "They are not counted, so status_counts is null.")
	}
	if len(result.UnusedPaths) > 0 {
		diags.AddAttributeWarning(path.Root("property_paths"), "No row has this property",
			fmt.Sprintf("No row in data has the property %s. That is fine if you list the paths of two alternative shapes. "+
				"Otherwise, write whole paths, as you see them in %s "+
				"without property_paths.", quoted(result.UnusedPaths), list.Flat()))
	}
	message, code := result.ErrorMsg, result.ErrorCode
	if message != nil && strings.TrimSpace(*message) != "" && (code == nil || *code == "") {
		diags.AddWarning("COC sent a message with the rows",
			fmt.Sprintf("The message %q came with the rows, but without a code. The list of %s may not be all that the "+
				"service meant to send.",
				rest.Printable(*message, rest.MaxShown), list.Rows))
	}
	return diags
}

// warnOfOwner warns if no argument names the step, the job or the like that the rows belong to. It also warns if one
// does, and there are no rows.
func warnOfOwner(diags *diag.Diagnostics, list *coc.List, params coc.Params, result *coc.Result) {
	naming := list.Naming(params.Arguments)
	switch {
	case len(naming) > 0 && result.Read == 0 && params.Offset == 0:
		var owners []string
		for _, a := range naming {
			owners = append(owners, a.Name+" "+quoted([]string{params.Arguments.Get(a.Name)}))
		}
		diags.AddAttributeWarning(path.Root(naming[0].Name), "No "+list.Rows,
			fmt.Sprintf("The service has no %s for %s. An unknown ID or name gives the same answer. %s",
				list.Rows, strings.Join(owners, " and "), emptyIsNoSuccess))
	case len(naming) == 0 && list == coc.ExecutionInstances:
		diags.AddAttributeWarning(path.Root("execution_step_id"), "Every instance of the account",
			fmt.Sprintf("Without execution_step_id, the service sends every instance of the account: %d were read. If you "+
				"did set it, its value was null: a step has no ID before it begins.", result.Read))
	case len(naming) == 0 && params.MostRecent && list == coc.ScriptOrders:
		diags.AddAttributeWarning(path.Root("most_recent"), "The newest of any name",
			"Neither order_name nor creator is set, so most_recent keeps the newest of all script orders.")
	case len(naming) == 0 && params.MostRecent:
		diags.AddAttributeWarning(path.Root("most_recent"), "The newest of any job",
			fmt.Sprintf("No argument names a job or a creator, so most_recent keeps the newest of all %s, "+
				"of any job.", list.Rows))
	}
}

// mismatch describes the rows that do not fit an argument. Left is how many rows are in data.
func mismatch(list *coc.List, m *coc.Mismatch, left int) string {
	var sentences []string
	say := func(n int64, format string, args ...any) {
		if n > 0 {
			sentences = append(sentences, fmt.Sprintf(format, args...))
		}
	}
	example := "; one of them has no value"
	if m.Example != "" {
		example = "; one of them has " + quoted([]string{m.Example})
	}
	say(m.Dropped, "%d of the rows that the service sent do not fit %s, and were dropped%s.",
		m.Dropped, m.Argument, example)
	say(m.Kept, "%d of the rows that the service sent do not fit %s%s. They are in data, unless statuses drops them: "+
		"check them before you act on them.", m.Kept, m.Argument, example)
	say(m.Silent, "%d of the rows have no value to compare with %s. They count as rows that fit, although they may "+
		"not.", m.Silent, m.Argument)
	say(int64(len(m.Missing)), "The service sent no row for %s: no such %s, or none yet.", quoted(m.Missing), list.Rows)
	if m.Dropped > 0 && left == 0 {
		sentences = append(sentences, "No row is left. "+emptyIsNoSuccess)
	}
	return strings.Join(sentences, " ")
}

// quoted quotes texts in a message, and cuts what is too long.
func quoted(texts []string) string {
	var all []string
	for _, text := range texts {
		all = append(all, strconv.Quote(rest.Printable(text, rest.MaxShown)))
	}
	return rest.Printable(strings.Join(all, ", "), 5*rest.MaxShown)
}
