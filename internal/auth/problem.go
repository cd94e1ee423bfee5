package auth

import (
	"errors"
	"fmt"
)

// Problem is a mistake in the configuration that the user has to correct, or a warning.
type Problem struct {
	Block           string // [BlockAgency], [BlockOIDC], or empty for the provider block itself
	Index           int    // of the block among those of its name, from 0
	Argument        string // of that block, or empty if the problem is not about one
	Summary, Detail string
}

// Blocks within the provider block.
const (
	BlockAgency = "assume_role"
	BlockOIDC   = "assume_role_with_oidc"
)

func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

var errNotSet = errors.New("none of them is set")

// endSearch turns an error of a source that the user set up into a problem, see sources. Place names the source.
func endSearch(place string, err error) error {
	var problem *Problem
	if err == nil || errors.As(err, &problem) {
		return err
	}
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", place, err)}
}

// malformed returns the problem of a variable that stands for an argument.
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
