package coc

import (
	"context"
	"errors"
	"slices"
	"time"
)

// lateTime is how long a wait for rows goes on after the end of their ticket.
const lateTime = 30 * time.Second

// errLate ends the wait for late rows.
var errLate = errors.New("the time for late rows is over")

// readLate reads again what is not settled although the ticket has ended.
func (r *runReader) readLate(ctx context.Context, id string, seen *reading) (*reading, error) {
	return late(ctx, seen, r.settled, func(ctx context.Context, seen *reading) (*reading, error) {
		return r.read(ctx, id, seen)
	})
}

// late reads again, at the intervals of a wait, until a reading is settled. When its time, or that of the whole read,
// is over, late returns the last reading.
func late[T any](
	ctx context.Context, seen T, settled func(T) bool, read func(context.Context, T) (T, error),
) (T, error) {
	late, cancel := context.WithTimeoutCause(ctx, lateTime, errLate)
	defer cancel()
	var none T
	for waits := pollWaits(); !settled(seen); {
		err := pause(late, waits.NextBackOff(), nil, nil)
		if err == nil {
			var again T
			if again, err = read(late, seen); err == nil {
				seen = again
			}
		}
		switch cause := context.Cause(late); {
		case err == nil:
		case cause != nil && errors.Is(err, cause) && !errors.Is(ctx.Err(), context.Canceled):
			return seen, nil
		default:
			return none, err
		}
	}
	return seen, nil
}

// settled reports whether nothing more is expected to come.
func (r *runReader) settled(seen *reading) bool {
	unfinished := func(step runStep) bool { return step.rows != nil && step.rows.unfinished }
	return r.stepsSettled(seen) && !r.short(seen) && !slices.ContainsFunc(seen.steps, unfinished)
}

// stepsSettled reports whether there are steps, none of those that were asked for is missing, and each judged one has
// an ID and is not under way.
func (r *runReader) stepsSettled(seen *reading) bool {
	open := func(step runStep) bool { return step.judged && (step.id == "" || ticketWords.isUnderWay(step.status)) }
	return len(seen.steps) > 0 && len(missingSteps(seen.steps, r.params.StepNames)) == 0 &&
		!slices.ContainsFunc(seen.steps, open)
}

// short reports whether there are fewer rows than expected.
func (r *runReader) short(seen *reading) bool {
	total := int64(0)
	for _, step := range seen.steps {
		if step.rows != nil {
			total += step.rows.total
		}
	}
	return total < wanted(r.params.ExpectedInstances)
}

// wanted returns the least number of instances for a success.
func wanted(expected *int64) int64 {
	if expected != nil {
		return *expected
	}
	return 1
}
