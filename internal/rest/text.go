package rest

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text from outside goes into messages and logs only after this.

// Printable makes bytes from outside fit for a message: one line, no control characters, at most so many characters.
func Printable(s string, maximum int) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r == '\ufffd' || r >= 0x80 && r < 0xa0 || bidi(r):
			return '?'
		}
		return r
	}, s)
	runes := []rune(strings.TrimSpace(clean))
	if len(runes) > maximum {
		return string(runes[:maximum]) + "…"
	}
	return string(runes)
}

// bidi tells the characters that reorder the text around them in a terminal.
func bidi(r rune) bool {
	return r == 0x61c || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// Secrets of fewer characters than shortestSecret are not looked for: they stand in any text by chance. A text may have been cut
// in the middle of a secret, so the first shortestStart characters of one are enough to find it.
const shortestSecret, shortestStart = 4, 8

// Redact takes secrets out of a text: a service may send back what it was sent, whole or cut, and escaped for JSON, HTML or a
// URL. What follows a secret goes too, up to the next blank, quote or <.
func Redact(s string, secrets []string) string {
	for _, secret := range secrets {
		if utf8.RuneCountInString(secret) >= shortestSecret {
			s = redactOne(s, secret)
		}
	}
	return s
}

func redactOne(s, secret string) string {
	var clean strings.Builder
	for s != "" {
		n := secretLength(s, secret)
		if n == 0 {
			clean.WriteByte(s[0])
			s = s[1:]
			continue
		}
		clean.WriteString("***")
		s = s[n:]
		if end := strings.IndexAny(s, " \t\r\n\"'`<"); end >= 0 {
			s = s[end:]
		} else {
			s = ""
		}
	}
	return clean.String()
}

// secretLength returns how many bytes at the start of a text stand for a secret or its beginning, 0 if they do not.
func secretLength(s, secret string) (length int) {
	ends := []int{0} // a character that may be read in more than one way ends in more than one place
	for i := range len(secret) {
		var next []int
		for _, end := range ends {
			for _, n := range spellings(s[end:], secret[i], 3) {
				next = append(next, end+n)
			}
		}
		if next == nil {
			break
		}
		slices.Sort(next)
		ends = slices.Compact(next)
		if i+1 >= min(len(secret), shortestStart) {
			length = ends[len(ends)-1]
		}
	}
	return length
}

// spellings returns the lengths of the beginnings of a text that stand for a character: the character itself, or an escape of it
// for a URL (%2F), JSON (\/, \u002F, \x2F) or HTML (&#x2F;). Escapes may be escaped again, as JSON within JSON is.
func spellings(s string, want byte, layers int) (lengths []int) {
	if s == "" {
		return nil
	}
	if s[0] == want {
		lengths = append(lengths, 1)
	}
	if layers == 0 || strings.IndexByte(`%\&`, s[0]) < 0 {
		return lengths
	}
	for _, n := range spellings(s, '%', layers-1) {
		if isHex(s[n:], 2, want) {
			lengths = append(lengths, n+2)
		}
	}
	for _, n := range spellings(s, '\\', layers-1) {
		rest := s[n:]
		switch {
		case strings.HasPrefix(rest, "u") && isHex(rest[1:], 4, want):
			lengths = append(lengths, n+5)
		case strings.HasPrefix(rest, "x") && isHex(rest[1:], 2, want):
			lengths = append(lengths, n+3)
		}
		for _, m := range spellings(rest, want, layers-1) {
			lengths = append(lengths, n+m)
		}
	}
	for _, n := range spellings(s, '&', layers-1) {
		name, _, found := strings.Cut(s[n:], ";")
		if found && html.UnescapeString("&"+name+";") == string(rune(want)) {
			lengths = append(lengths, n+len(name)+1)
		}
	}
	return lengths
}

// isHex tells whether a text starts with so many hexadecimal digits that give a character.
func isHex(s string, digits int, want byte) bool {
	if len(s) < digits {
		return false
	}
	n, err := strconv.ParseUint(s[:digits], 16, 16)
	return err == nil && n == uint64(want)
}

// redactedError is an error whose text repeated a secret.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
