package auth

import "fmt"

// Limits of how long the keys of an agency are valid, in seconds, as IAM (by name) and STS (by ID) document them.
const (
	MinDuration       = 900
	MaxDurationByName = 24 * 3600
	MaxDurationByID   = 12 * 3600
	DefaultDuration   = 3600
)

// rules check the values of an agency together, and name them as in a block or as environment variables.
type rules struct {
	incomplete, contradicting string                       // summaries
	called                    func(argument string) string // the name of a value, by the argument of the block
}

var ofBlock = rules{"Incomplete arguments", "Conflicting arguments", func(argument string) string { return argument }}

// required returns a problem if a value is not set.
func (r rules) required(argument, value string) *Problem {
	if value != "" {
		return nil
	}
	return &Problem{Argument: argument, Summary: r.incomplete, Detail: r.called(argument) + " is not set."}
}

// exactlyOne returns a problem if both or neither of two values are set. Does says what either of them does.
func (r rules) exactlyOne(does, a, first, b, second string) *Problem {
	switch {
	case first == "" && second == "":
		return &Problem{Argument: b, Summary: r.incomplete, Detail: fmt.Sprintf(
			"neither %s nor %s is set. Either %s: set one of them.", r.called(a), r.called(b), does)}
	case first != "" && second != "":
		return r.bothSet(a, b, "Either "+does+": remove one of them.")
	}
	return nil
}

func (r rules) bothSet(a, b, correction string) *Problem {
	return &Problem{Argument: b, Summary: r.contradicting, Detail: fmt.Sprintf(
		"%s and %s are both set. %s", r.called(a), r.called(b), correction)}
}

// between returns a problem if a duration is set and not within its limits, which depend on another argument.
func (r rules) between(duration *int64, longest int64, with string) *Problem {
	if duration == nil || MinDuration <= *duration && *duration <= longest {
		return nil
	}
	const argument = "duration"
	return &Problem{Argument: argument, Summary: "Invalid duration", Detail: fmt.Sprintf(
		"%s must be between %d and %d seconds with %s, got %d.",
		r.called(argument), MinDuration, longest, r.called(with), *duration)}
}
