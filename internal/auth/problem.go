package auth

import "fmt"

// Problem describes a mistake in the configuration that the user has to correct, or a warning.
type Problem struct {
	// Argument is the argument of the provider block that the problem is about, empty if it is about none. If Block is
	// set, it is an argument of that block, or empty if the problem is about the whole block.
	Argument string
	Summary  string
	Detail   string
	// Block is [BlockAgency] or [BlockOIDC] if the problem is about such a block, otherwise empty.
	Block string
	// Index is the position of the block among those of its name, from 0.
	Index int
}

// The names of the blocks within the provider block that are about credentials.
const (
	BlockAgency = "assume_role"
	BlockOIDC   = "assume_role_with_oidc"
)

func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

// unusable returns the problem of a source that the user set up and that cannot be used.
func unusable(source string, err error) *Problem {
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", source, err)}
}

// malformed returns the problem of a variable whose value has the wrong form. Argument is that in its place, if any.
func malformed(argument, variable, message string) *Problem {
	return &Problem{
		Argument: argument, Summary: "Malformed environment variable", Detail: fmt.Sprintf("%s: %s.", variable, message),
	}
}

// twoKinds returns the problem of credentials of two kinds.
func twoKinds(argument, which, correction string) *Problem {
	return &Problem{
		Argument: argument, Summary: "Two kinds of credentials",
		Detail: which + ". " + correction + " one of them, so that it is clear on whose behalf the provider acts.",
	}
}
