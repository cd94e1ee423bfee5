package rows

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrTooLarge is the error for a page with more bytes than its limit, or with rows that take more memory than that.
var ErrTooLarge = errors.New("the page is too large")

// valueError is the error for a value that its field cannot hold. Place is where the value is, such as data[3].id.
type valueError struct{ place, problem string }

func (e *valueError) Error() string {
	if e.place == "" {
		return e.problem
	}
	return e.place + ": " + e.problem
}

// at adds a place in front of that of a valueError, and leaves other errors alone. Each level of the JSON adds one:
// first ".id", then "[3]", then "data".
func at(place string, err error) error {
	var value *valueError
	if errors.As(err, &value) {
		value.place = place + value.place
	}
	return err
}

// unwanted returns the error for the next value, which is not of the wanted kind, or cannot be read: the body may be
// empty, cut off or no JSON.
func (d *decoder) unwanted(want string) error {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return err
	}
	return wrongKind(want, tok.Kind(), tok.String())
}

func wrongKind(want string, kind jsontext.Kind, text string) error {
	return &valueError{problem: fmt.Sprintf("want %s, got %s", want, describe(kind, text))}
}

func describe(kind jsontext.Kind, text string) string {
	const maxShown = 40
	if runes := []rune(text); len(runes) > maxShown {
		text = string(runes[:maxShown]) + "…"
	}
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "the string " + strconv.Quote(text)
	case '0':
		return "the number " + text
	}
	return text // true, false or null
}
