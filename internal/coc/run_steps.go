package coc

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// runStep is a step of a run. A text is empty if the service has none.
type runStep struct {
	id, name, status string
	shownID          string // without secrets
	judged           bool
	// rows are the step's rows, nil if they were not read: the step is not judged, or has no ID.
	rows *runRows
}

// label names the step.
func (s *runStep) label() string {
	if s.name != "" {
		return s.name
	}
	return s.shownID
}

// runSteps are the steps of a ticket with the fields that a run needs.
var runSteps = ExecutionSteps.only("name")

// readSteps reads the steps of the ticket, without their rows.
func (r *runReader) readSteps(ctx context.Context, id string, into *reading) error {
	params := Params{Arguments: url.Values{"execution_id": {id}}, MaxBytes: r.params.MaxBytes}
	result, err := runSteps.read(ctx, r.client, params, r.slots, maxPageBytes)
	if err != nil {
		return &RunError{List: ExecutionSteps, ExecutionID: id, Err: err}
	}
	into.steps = make([]runStep, len(result.Rows))
	for i, row := range result.Rows {
		text := func(field string) string {
			value, _ := runSteps.Table.Text(row, field)
			return string(value)
		}
		name := text("name")
		into.steps[i] = runStep{
			id: text("execution_step_id"), name: result.answer.Redact(name),
			shownID: result.answer.Redact(text("execution_step_id")),
			status:  clip(result.answer.Redact(text("status")), rest.MaxShown), judged: r.judges(name),
		}
	}
	result.Rows = nil
	into.list = RunReading{List: ExecutionSteps, Params: params, Result: result}
	return nil
}

// judges reports whether a step of that name is to be judged.
func (r *runReader) judges(name string) bool {
	names := r.params.StepNames
	return len(names) == 0 || slices.ContainsFunc(names, func(asked string) bool { return sameName(asked, name) })
}

// missingSteps returns those of the names that no step has.
func missingSteps(steps []runStep, names []string) (missing []string) {
	for _, name := range names {
		if !slices.ContainsFunc(steps, func(step runStep) bool { return sameName(step.name, name) }) {
			missing = append(missing, name)
		}
	}
	return missing
}

// NoStepError is the error for names that no step of a ticket has, although the ticket has ended.
type NoStepError struct {
	ExecutionID string
	// Missing are these names. Steps names the steps of the ticket, 20 at most, and Total is how many it has.
	Missing, Steps []string
	Total          int
}

func newNoStepError(id string, missing []string, steps []runStep) *NoStepError {
	const maxSteps = 20
	e := &NoStepError{ExecutionID: id, Missing: missing, Total: len(steps)}
	for i := range steps[:min(len(steps), maxSteps)] {
		e.Steps = append(e.Steps, rest.Printable(steps[i].label(), maxLabel))
	}
	return e
}

func (e *NoStepError) Error() string {
	has := "it has no steps"
	switch more := e.Total - len(e.Steps); {
	case more > 0:
		has = fmt.Sprintf("it has %s and %d more", quoted(e.Steps), more)
	case e.Total > 0:
		has = "it has " + quoted(e.Steps)
	}
	return fmt.Sprintf("execution %s has no step with the name %s; %s",
		rest.Printable(e.ExecutionID, rest.MaxShown), quoted(e.Missing), has)
}
