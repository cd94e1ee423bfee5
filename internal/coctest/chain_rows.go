package coctest

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// The vendor publishes no example of these two answers. Both files are made from the tables of its documentation.
var (
	//go:embed testdata/sample-executions.json
	executionsSample []byte
	//go:embed testdata/sample-execution-steps.json
	stepsSample []byte
)

const (
	// SampleExecutionID is the first ticket of SampleExecutions, to which the step SampleStepID belongs.
	SampleExecutionID = "EX202506231412xxxxxxx"
	// JobName is the document_name of the tickets that Executions makes.
	JobName = "patch-kernel"
)

// SampleExecutions returns two tickets: one that ended, with every documented field set and with the steps of
// SampleSteps, and one that runs, with null or missing fields and without steps.
func SampleExecutions() []Execution {
	var executions []Execution
	for _, row := range sampleExecutions() {
		executions = append(executions, Execution{Row: row})
	}
	executions[0].Steps = SampleSteps()
	return executions
}

// SampleSteps returns two steps: one that ended, with every documented field set, and one that has not begun and has no
// ID.
func SampleSteps() []Step {
	var steps []Step
	for _, row := range sampleSteps() {
		steps = append(steps, Step{Row: row})
	}
	return steps
}

func sampleExecutions() []Row { return data(executionsSample) }

func sampleSteps() []Row { return data(stepsSample) }

// Executions returns n tickets of a job that have ended. They began a minute apart, in this order, and one in four
// failed.
func Executions(n int) []Execution {
	executions, row := make([]Execution, n), sampleExecutions()[0]
	for i := range executions {
		began := 1750659138000 + int64(i)*60_000
		executions[i] = Execution{
			ExecutionID:  fmt.Sprintf("EX20250623141218%08d", i),
			DocumentName: JobName,
			Row: with(row, map[string]any{
				"status": oneOfFour(i), "start_time": began, "end_time": began + 45_000, "update_time": began + 45_000,
			}),
		}
	}
	return executions
}

// Steps returns n steps that have ended, named step-0001 and so on. The first has the ID StepID, and one in four
// failed.
func Steps(n int) []Step {
	steps, row := make([]Step, n), sampleSteps()[0]
	for i := range steps {
		steps[i] = Step{
			ExecutionStepID: fmt.Sprintf("EXS2025062314121901%06d", i+1),
			Name:            fmt.Sprintf("step-%04d", i+1),
			Row:             with(row, map[string]any{"status": oneOfFour(i)}),
		}
	}
	return steps
}

// oneOfFour is Failed for every fourth row, and Succeed for the others.
func oneOfFour(i int) string {
	if i%4 == 3 {
		return "Failed"
	}
	return "Succeed"
}

// data returns the rows of a list's answer.
func data(answer []byte) []Row {
	var page struct {
		Data []Row `json:"data"`
	}
	if err := json.Unmarshal(answer, &page); err != nil {
		panic(err)
	}
	return page.Data
}
