package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// runSelectors are the arguments that say which run to read. Exactly one of them is set. Those in runNames take the
// newest run of a name.
var (
	runSelectors = []string{"job", "execution_id", "script_order_name", "script_order_id"}
	runNames     = []string{"job", "script_order_name"}
)

// maxRunBytes limits each list of a run, because some lists are read at the same time. It also limits what is kept of
// all lists.
const maxRunBytes = maxAnswerBytes / 4

// checkRunSelector checks that exactly one selector is set, and that started_after goes with a name. A value that is
// not known yet may turn out to be null, and is not judged.
func checkRunSelector(ctx context.Context, config tfsdk.Config) (diags diag.Diagnostics) {
	var set []string
	unknown, after := false, types.String{}
	for _, name := range runSelectors {
		var value types.String
		diags.Append(config.GetAttribute(ctx, path.Root(name), &value)...)
		unknown = unknown || value.IsUnknown()
		if !value.IsNull() && !value.IsUnknown() {
			set = append(set, name)
		}
	}
	diags.Append(config.GetAttribute(ctx, path.Root("started_after"), &after)...)
	one := strings.Join(runSelectors, ", ")
	switch {
	case len(set) == 0 && !unknown:
		diags.AddAttributeError(path.Root(runSelectors[0]), "No run is named",
			"Set exactly one of "+one+": it says which run to read. None of them has a value.")
	case len(set) > 1:
		diags.AddAttributeError(path.Root(set[1]), "More than one run is named",
			"Set exactly one of "+one+" to say which run to read. Both "+set[0]+" and "+set[1]+" have a value.")
	case len(set) == 1 && !unknown && !slices.Contains(runNames, set[0]) && !after.IsNull() && !after.IsUnknown():
		diags.AddAttributeError(path.Root("started_after"), "Invalid attribute combination",
			"started_after applies to the newest run of a name, but "+set[0]+" names one run. Remove one of them.")
	}
	diags.Append(checkStepNames(ctx, config, set)...)
	return diags
}

// checkStepNames checks that step_names is not set for a script order, which has no steps.
func checkStepNames(ctx context.Context, config tfsdk.Config, selected []string) (diags diag.Diagnostics) {
	var names types.Set
	diags.Append(config.GetAttribute(ctx, path.Root("step_names"), &names)...)
	if len(selected) == 1 && strings.HasPrefix(selected[0], "script_order_") && !names.IsNull() && !names.IsUnknown() {
		diags.AddAttributeError(path.Root("step_names"), "Invalid attribute combination",
			"step_names is for the steps of a ticket, but "+selected[0]+" names a script order, which has no steps. "+
				"Remove step_names.")
	}
	return diags
}

// params takes the parameters of the read from the configuration.
func (m *runModel) params(ctx context.Context) (params coc.RunParams, diags diag.Diagnostics) {
	params = coc.RunParams{
		Job: m.Job.ValueString(), ExecutionID: m.ExecutionID.ValueString(),
		ScriptOrder: m.ScriptOrderName.ValueString(), ScriptOrderID: m.ScriptOrderID.ValueString(),
		ExpectedInstances: m.ExpectedInstances.ValueInt64Pointer(),
		Wait:              m.WaitForCompletion.ValueBool(),
		OmitMessages:      !m.IncludeMessages.IsNull() && !m.IncludeMessages.ValueBool(),
		MaxBytes:          maxRunBytes,
	}
	if !m.StartedAfter.IsNull() {
		after, err := parseTime(m.StartedAfter.ValueString())
		if err != nil { // the schema's validator has accepted it
			addBug(&diags, "started_after %v.", err)
		}
		params.StartedAfter = &after
	}
	diags.Append(m.StepNames.ElementsAs(ctx, &params.StepNames, false)...)
	return params, diags
}
