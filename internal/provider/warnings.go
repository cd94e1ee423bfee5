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

// warnings are what a user should know of a read that succeeded.
func warnings(list *coc.List, params coc.Params, result *coc.Result) diag.Diagnostics {
	var diags diag.Diagnostics
	if s := result.Strangers; s != nil {
		diags.AddAttributeWarning(path.Root(s.Argument), "Rows of another "+s.Argument,
			fmt.Sprintf("%d of the rows that the service sent are not of the %s that was asked for; one of them has %q. They are in data as they came: "+
				"compare the %s of a row before you act on it.", s.Count, s.Argument, rest.Printable(s.Value, rest.MaxShown), s.Argument))
	}
	if argument, id := list.Named(params); argument != "" && result.Read == 0 && params.Offset == 0 {
		diags.AddAttributeWarning(path.Root(argument), "No "+list.Rows,
			fmt.Sprintf("The service has no %s for %s %q. An unknown ID gives the same answer, and a list without rows can look as if nothing had failed: "+
				"a condition should ask for rows, too.", list.Rows, argument, rest.Printable(id, rest.MaxShown)))
	}
	if unknown := unknownStatuses(list, params.Statuses, result.Statuses); len(unknown) > 0 && result.Read > 0 {
		had := "no row has one"
		if len(result.Statuses) > 0 {
			had = "the rows have " + rest.Printable(strings.Join(result.Statuses, ", "), rest.MaxShown)
		}
		diags.AddAttributeWarning(path.Root("statuses"), "No row is in this state",
			fmt.Sprintf("No row is in the state %q, and the documentation does not know it either. A list without rows can look as if nothing had failed. "+
				"Documented are %s; %s.", strings.Join(unknown, `", "`), strings.Join(list.Statuses, ", "), had))
	}
	if message := result.ErrorMsg; message != nil && *message != "" && (result.ErrorCode == nil || *result.ErrorCode == "") {
		diags.AddWarning("COC sent a message beside the rows",
			fmt.Sprintf("%q came without a code and with rows: the list of %s may not be all that the service meant to send.", rest.Printable(*message, rest.MaxShown), list.Rows))
	}
	return diags
}

// unknownStatuses are the states that were asked for, are not documented, and that no row has.
func unknownStatuses(list *coc.List, asked, had []string) []string {
	var unknown []string
	for _, status := range asked {
		same := func(other string) bool { return strings.EqualFold(status, other) }
		if !slices.ContainsFunc(list.Statuses, same) && !slices.ContainsFunc(had, same) {
			unknown = append(unknown, status)
		}
	}
	slices.Sort(unknown)
	return unknown
}
