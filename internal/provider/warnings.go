package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// warnings returns the warnings for a read that succeeded, but whose rows may mislead the user.
func warnings(list *coc.List, params coc.Params, result *coc.Result) diag.Diagnostics {
	var diags diag.Diagnostics
	if s := result.Strangers; s != nil {
		diags.AddAttributeWarning(path.Root(s.Argument), "Rows of another "+s.Argument,
			fmt.Sprintf("%d of the rows that the service sent are not of the %s that was asked for; one of them has %q. Those that statuses does not drop are in data "+
				"as they came: compare the %s of a row before you act on it.", s.Count, s.Argument, rest.Printable(s.Value, rest.MaxShown), s.Argument))
	}
	if argument, id := list.Named(params); argument != "" && result.Read == 0 && params.Offset == 0 {
		diags.AddAttributeWarning(path.Root(argument), "No "+list.Rows,
			fmt.Sprintf("The service has no %s for %s %q. An unknown ID gives the same answer, and a list without rows can look as if nothing had failed: "+
				"a condition should ask for rows, too.", list.Rows, argument, rest.Printable(id, rest.MaxShown)))
	}
	if unknown := unknownStatuses(list, result.Unmatched); len(unknown) > 0 && result.Read > 0 {
		had := "no row has one"
		if len(result.Statuses) > 0 {
			had = "the rows have " + rest.Printable(strings.Join(result.Statuses, ", "), rest.MaxShown)
		}
		diags.AddAttributeWarning(path.Root("statuses"), "No row is in this state",
			fmt.Sprintf("No row is in the state %q, and the documentation does not know it either. A list without rows can look as if nothing had failed. "+
				"Documented are %s; %s.", strings.Join(unknown, `", "`), strings.Join(list.Statuses, ", "), had))
	}
	if message := result.ErrorMsg; message != nil && strings.TrimSpace(*message) != "" && (result.ErrorCode == nil || *result.ErrorCode == "") {
		diags.AddWarning("COC sent a message beside the rows",
			fmt.Sprintf("%q came without a code and with rows: the list of %s may not be all that the service meant to send.", rest.Printable(*message, rest.MaxShown), list.Rows))
	}
	return diags
}

// unknownStatuses returns the states of unmatched that are not documented for the list.
func unknownStatuses(list *coc.List, unmatched []string) []string {
	var unknown []string
	for _, status := range unmatched {
		if !slices.ContainsFunc(list.Statuses, func(documented string) bool { return strings.EqualFold(status, documented) }) {
			unknown = append(unknown, status)
		}
	}
	slices.Sort(unknown)
	return unknown
}
