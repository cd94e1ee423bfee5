package rows

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrTooLarge is a page beyond its limit, as sent or as read.
var ErrTooLarge = errors.New("the page is too large")

// valueError is a value that its field cannot hold, and the place where it is, such as data[3].id.
type valueError struct{ place, problem string }

func (e *valueError) Error() string {
	if e.place == "" {
		return e.problem
	}
	return e.place + ": " + e.problem
}

// at puts a place before the place of a valueError. The caller of an outer value adds the outer place.
func at(place string, err error) error {
	var value *valueError
	if errors.As(err, &value) {
		value.place = place + value.place
	}
	return err
}

// unwanted is the error for the value that comes next, which is not of the kind that is wanted. If there is none, because the
// body is empty, cut off or no JSON, the decoder's error tells more.
func (r *reader) unwanted(want string) error {
	tok, err := r.dec.ReadToken()
	if err != nil {
		return err
	}
	return wrongKind(want, tok.Kind(), tok.String())
}

// wrongKind is the error for a value of another kind than the one that is wanted.
func wrongKind(want string, kind jsontext.Kind, text string) error {
	return &valueError{problem: fmt.Sprintf("want %s, got %s", want, describe(kind, text))}
}

// describe names a value in a message. Of a long text it has the beginning.
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
