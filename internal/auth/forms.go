package auth

import (
	"regexp"
	"strings"
)

// This file has the forms that values from a user must have. The provider checks its arguments by the same ones.

// VisibleMessage says what a value must be to be sent in an HTTP header unchanged. It follows the name of the value.
const VisibleMessage = "must be visible ASCII characters, at least one, without blanks or line ends"

// RegionMessage says what a region must look like to match [RegionID]. It follows the name of the value.
const RegionMessage = "must look like cn-north-4: lower-case words and numbers, joined by dashes"

// RegionID is the form of a region of the public cloud, such as cn-north-4.
var RegionID = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

// visible tells whether a text consists of visible ASCII characters only. An empty text does.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}
