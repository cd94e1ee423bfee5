package provider

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// diagnoseRun turns the error of a run's read into a diagnostic. startedAfter is the argument as it was given.
func diagnoseRun(from origin, startedAfter string, err error) diag.Diagnostic {
	var (
		none  *coc.NoRunError
		stale *coc.StaleRunError
		step  *coc.NoStepError
		call  *coc.RunError
	)
	of := func(argument, summary, advice string) diag.Diagnostic {
		return diag.NewAttributeErrorDiagnostic(path.Root(argument), summary, err.Error()+".\n\n"+advice)
	}
	switch {
	case errors.As(err, &none) && none.Kind == coc.KindScriptOrder:
		return of("script_order_name", "No such script order", "Check the name letter by letter, and whether a script "+
			"has ever been executed under that name. A script that a job runs makes a ticket: use job to find it. "+
			from.asked())
	case errors.As(err, &none):
		return of("job", "No run of the job", "Check the name letter by letter, and whether the job has ever run. Only "+
			"execution_id finds a ticket that another ticket has made. "+from.asked())
	case errors.As(err, &stale):
		return of("started_after", "The newest run is too old", fmt.Sprintf("started_after is %q. Start the job, or wait "+
			"until its run is listed. The start time comes from the service's clock: if that run is the right one, compare "+
			"that clock with yours.", startedAfter))
	case errors.As(err, &step):
		return of("step_names", "No such step", "The run has ended, so it will get no other steps. Write the name as the "+
			"job defines it.")
	case errors.As(err, &call):
		return diagnoseRunCall(from, call)
	}
	return diag.NewErrorDiagnostic("Cannot read COC run", err.Error()+".")
}

// diagnoseRunCall names the call that failed, what the user can do, and the IAM action that the call needs.
func diagnoseRunCall(from origin, call *coc.RunError) diag.Diagnostic {
	topic := runTopic(call.Kind)
	advice := runAdvice(call)
	name, at, action := title(topic.name), topic.path, topic.action
	if list := call.List; list != nil {
		name, at, action = title(list.Name), list.Path, list.Action
		advice = cmp.Or(advice, listAdvice(list, from, call.Err))
	} else {
		advice = topic.advice(call.ExecutionID, from, call.Err)
	}
	var failed *rest.Error
	if errors.As(call.Err, &failed) && !strings.Contains(advice, action) {
		advice = strings.TrimPrefix(advice+"\n\n", "\n\n") +
			fmt.Sprintf("The request was GET %s, which needs the IAM action %s.", at, action)
	}
	return cannotRead(name+" of the run", call, advice)
}

// runTopic returns the topic for a kind of run.
func runTopic(kind coc.Kind) *topic {
	if kind == coc.KindScriptOrder {
		return scriptOrderTopic
	}
	return executionTopic
}

// runAdvice says what the user can do about the failed read of a list if coc_run has other arguments than the list. It
// is empty if the list's own advice fits.
func runAdvice(call *coc.RunError) string {
	var (
		timeout    *timeoutError
		large      *coc.TooLargeError
		incomplete *coc.IncompleteError
		keyless    *coc.KeylessError
		failed     *rest.Error
	)
	switch {
	case errors.As(call.Err, &timeout):
		return "Give the read more time (timeouts = { read = \"1h\" })."
	case errors.As(call.Err, &large) && call.Kind == coc.KindScriptOrder:
		return "Leave the messages out (include_messages = false)."
	case errors.As(call.Err, &large):
		return "Leave the messages out (include_messages = false), or judge fewer steps (step_names)."
	case errors.As(call.Err, &incomplete) && call.List == coc.ScriptOrders:
		return "The newest script order is not known, because the list is incomplete. If it fails again, the service's " +
			"total may count all script orders, whatever their name: set script_order_id instead."
	case errors.As(call.Err, &incomplete):
		return "There is no verdict, because some rows would be missing. Read the run again when it has ended. If it " +
			"fails then, too, report it to the vendor's support: the service's total and its pages disagree."
	case errors.As(call.Err, &keyless):
		return "Report it to the vendor's support: each row should have an ID."
	case call.List != nil && errors.Is(call.Err, coc.ErrPageTooLarge):
		return "coc_" + call.List.Name + " can read such rows if you set a lower limit."
	case errors.As(call.Err, &failed) && failed.Kind == rest.BadRequest && failed.Code != runTopic(call.Kind).none:
		return "If this persists, give the request id to the vendor's support."
	}
	return ""
}

// runWarnings are the warnings of the lists that a run was read from. A step without instances causes no warning: the
// verdict counts the instances.
func runWarnings(run *coc.Run) (diags diag.Diagnostics) {
	for _, reading := range run.Readings {
		if reading.Strangers > 0 {
			diags.AddWarning("Rows of another step", fmt.Sprintf("%d of the rows that the service sent for the step %s "+
				"belong to another step. They are counted all the same, and the run does not count as succeeded.",
				reading.Strangers, rest.Printable(reading.Params.Arguments.Get("execution_step_id"), rest.MaxShown)))
		}
		for _, m := range reading.Result.Mismatches {
			if m.Silent > 0 {
				diags.AddWarning("Rows that do not name their step", fmt.Sprintf("%d of the rows that the service sent for "+
					"the step %s name no step. They are counted as its rows, although they may not be.",
					m.Silent, rest.Printable(reading.Params.Arguments.Get(m.Argument), rest.MaxShown)))
			}
		}
		message := &coc.Result{
			Read: 1, ErrorCode: reading.Result.ErrorCode, ErrorMsg: reading.Result.ErrorMsg, StatusCounts: map[string]int64{},
		}
		diags.Append(warnings(reading.List, coc.Params{Arguments: reading.Params.Arguments}, message)...)
	}
	if run.ErrorMsg != "" {
		diags.Append(messageWith(runTopic(run.Kind).what, run.ErrorMsg))
	}
	return diags
}
