package coc

import (
	"context"
	"slices"
	"sync"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// stepsAtOnce is how many steps are read at the same time. It bounds the memory of their rows.
const stepsAtOnce = 4

// runReader serves one call of [ReadRun].
type runReader struct {
	client *rest.Client
	params RunParams
	// slots are for the requests under way, of all lists together.
	slots chan struct{}
	// readings are the lists that were read before the steps.
	readings []RunReading
	// dated reports whether a start of the run is known.
	dated bool
}

// reading is what was read of a ticket's steps and rows.
type reading struct {
	steps []runStep
	list  RunReading
}

// read reads what is not settled in an earlier reading, and takes the rest over from it.
func (r *runReader) read(ctx context.Context, id string, before *reading) (*reading, error) {
	now := &reading{steps: slices.Clone(before.steps), list: before.list}
	if !r.stepsSettled(before) {
		if err := r.readSteps(ctx, id, now); err != nil {
			return nil, err
		}
	}
	short := r.short(before)
	earlier := map[string]*runRows{}
	for _, step := range before.steps {
		earlier[step.id] = step.rows
	}
	var due []*runStep
	kept := &budget{limit: r.params.MaxBytes}
	for i := range now.steps {
		step := &now.steps[i]
		if !step.judged || step.id == "" {
			continue
		}
		if step.rows = earlier[step.id]; step.rows == nil || step.rows.unfinished || short {
			due = append(due, step)
		} else if err := kept.spend(step.rows); err != nil {
			return nil, &RunError{List: ExecutionInstances, ExecutionID: id, Err: err}
		}
	}
	if err := r.readRows(ctx, due, kept); err != nil {
		return nil, &RunError{List: ExecutionInstances, ExecutionID: id, Err: err}
	}
	return now, nil
}

// readRows reads the rows of steps, some steps at the same time. It returns the first error.
func (r *runReader) readRows(ctx context.Context, steps []*runStep, kept *budget) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		running sync.WaitGroup
		once    sync.Once
		failed  error
		turns   = make(chan struct{}, stepsAtOnce)
	)
	for _, step := range steps {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			rows, err := r.readStep(ctx, step)
			if err == nil {
				err = kept.spend(rows)
			}
			if err != nil {
				once.Do(func() { failed = err })
				cancel()
			}
			step.rows = rows
		})
	}
	running.Wait()
	return failed
}

// budget is what the kept rows of all steps may take together.
type budget struct {
	mu                sync.Mutex
	limit, size, rows int64
}

func (b *budget) spend(rows *runRows) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size += rows.size
	b.rows += rows.total
	if b.limit > 0 && b.size > b.limit {
		return &TooLargeError{Rows: b.rows, MaxBytes: b.limit}
	}
	return nil
}

// readings returns the lists that were read.
func (seen *reading) readings() []RunReading {
	all := []RunReading{seen.list}
	for _, step := range seen.steps {
		if step.rows != nil {
			all = append(all, step.rows.list)
		}
	}
	return all
}
