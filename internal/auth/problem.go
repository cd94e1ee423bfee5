package auth

import (
	"errors"
	"fmt"
)

// Problem describes a mistake in the configuration that the user has to correct, or a warning.
type Problem struct {
	Block           string // [BlockAgency], [BlockOIDC], or empty for the provider block itself
	Index           int    // of the block among those of its name, from 0
	Argument        string // of that block, or empty if the problem is about none
	Summary, Detail string
}

// The names of the blocks within the provider block that are about credentials.
const (
	BlockAgency = "assume_role"
	BlockOIDC   = "assume_role_with_oidc"
)

func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

// errNotSet is the error of a source of which no argument or variable is set.
var errNotSet = errors.New("none of them is set")

// unusable returns the problem of a source that the user set up and that cannot be used.
func unusable(source string, err error) *Problem {
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", source, err)}
}

// malformed returns the problem of a variable whose value has the wrong form. Argument is the one in its place.
func malformed(argument, variable, message string) *Problem {
	return &Problem{
		Argument: argument, Summary: "Malformed environment variable", Detail: fmt.Sprintf("%s: %s.", variable, message),
	}
}

func twoKinds(argument, which string) *Problem {
	return &Problem{
		Argument: argument, Summary: "Two kinds of credentials",
		Detail: which + ". Keep one of them, so that it is clear on whose behalf the provider acts.",
	}
}
