package auth

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// These are the forms that a user's values must have, in the provider block, too. A message follows the value's name.

// VisibleMessage is about a value that is not empty and [Visible].
const VisibleMessage = "must be one or more visible ASCII characters, without blanks or line ends"

// Visible reports whether a text can be sent in an HTTP header unchanged. An empty text can.
func Visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}

// errNotVisible is for a value in a file, a variable or an answer that is not [Visible].
var errNotVisible = errors.New("a key, a token or an ID contains characters that are not allowed in it, " +
	"such as blanks or line ends")

// RegionMessage is about [RegionID].
const RegionMessage = "must look like cn-north-4: lower-case words and numbers, joined by dashes"

// RegionID is the form of a region of the public cloud, such as cn-north-4.
var RegionID = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

// NameMessage and PathMessage are about [NameForm].
const (
	NameMessage = "must be a name, not empty and without blanks or line ends around it"
	PathMessage = "must be a path, not empty and without blanks or line ends around it"
)

// NameForm is the form of the name of an agency or an account, and of a path.
var NameForm = regexp.MustCompile(`^[^\s\pC]([^\pC]*[^\s\pC])?$`)

// shown makes a user's name for something fit for an error.
func shown(name string) string { return rest.Printable(name, rest.MaxShown) }

// ExpandHome replaces a leading ~ of a path with the user's home directory.
func ExpandHome(file string) string {
	if rest, ok := strings.CutPrefix(file, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return file
}
