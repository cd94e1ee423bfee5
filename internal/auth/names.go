package auth

import "fmt"

// names are what the user calls the values of an agency. The rules for these values are the same in a block and in the
// environment variables that stand in its place, but their names are not.
type names struct {
	incomplete, contradicting string                       // summaries
	of                        func(argument string) string // the name of a value, by the argument of the block
}

// arguments are the names in a block.
var arguments = names{"Incomplete arguments", "Contradicting arguments", func(argument string) string { return argument }}

// required returns a problem if a value is not set.
func (n names) required(argument, value string) *Problem {
	if value != "" {
		return nil
	}
	return &Problem{Argument: argument, Summary: n.incomplete, Detail: n.of(argument) + " is not set."}
}

// exactlyOne returns a problem if both or neither of two values are set. Each of them does the same.
func (n names) exactlyOne(does, a, first, b, second string) *Problem {
	switch {
	case first == "" && second == "":
		return &Problem{Argument: b, Summary: n.incomplete, Detail: fmt.Sprintf(
			"neither %s nor %s is set. Either %s: set one of them.", n.of(a), n.of(b), does)}
	case first != "" && second != "":
		return n.bothSet(b, a, b, "Either "+does+": remove one of them.")
	}
	return nil
}

func (n names) bothSet(argument, first, second, correction string) *Problem {
	return &Problem{
		Argument: argument, Summary: n.contradicting,
		Detail: fmt.Sprintf("%s and %s are both set. %s", n.of(first), n.of(second), correction),
	}
}

// between returns a problem if a duration is set and not within its limits, which hold with another argument.
func (n names) between(duration *int64, longest int64, with string) *Problem {
	if duration == nil || MinDuration <= *duration && *duration <= longest {
		return nil
	}
	return &Problem{
		Argument: "duration", Summary: "Invalid duration",
		Detail: fmt.Sprintf("%s must be between %d and %d seconds with %s, got %d.",
			n.of("duration"), MinDuration, longest, n.of(with), *duration),
	}
}
