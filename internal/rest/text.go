package rest

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This file cleans text that a service sent. Such text goes into errors and logs only after Printable, and only after Redact
// where it could repeat a secret.

// Printable makes a text from outside fit for an error or a log. It returns one line without control characters, cut to the
// maximum number of characters.
func Printable(s string, maximum int) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r == '\ufffd' || r >= 0x80 && r < 0xa0 || isFormatting(r):
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

// isFormatting tells whether a character has no shape of its own, but reorders, breaks or joins the text around it: marks of
// direction, separators of lines and paragraphs, and spaces of no width.
func isFormatting(r rune) bool {
	return r == 0x61c || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

const (
	// shortestSecret is the number of characters below which Redact ignores a secret: a shorter one occurs in any text by chance.
	shortestSecret = 4
	// shortestStart is how many characters of a secret are enough to find it: a text may be cut in the middle of a secret.
	shortestStart = 8
)

// Redact replaces secrets in a text by ***. It also finds a secret that is cut after its first characters, or escaped for JSON,
// HTML or a URL, since services repeat what they were sent in all these forms. The text right behind a secret is removed, too,
// up to the next blank, quote or <.
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

// secretLength returns how many bytes at the start of a text spell a secret, or the beginning of a secret that is long enough to
// find it. It returns 0 if the text starts with neither.
func secretLength(s, secret string) (length int) {
	// The ends of all spellings of the characters so far. There can be several: "&amp;" spells the character & by its first byte,
	// and also as a whole.
	ends := []int{0}
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

// spellings returns the lengths of all beginnings of a text that spell the wanted character: the character itself, or its escape
// for a URL (%2F), JSON (\/, \u002F, \x2F) or HTML (&#x2F;). The first character of an escape may itself be escaped, as in JSON
// within JSON. Layers limits how often.
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

// isHex tells whether a text starts with the given number of hexadecimal digits, and these are the code of the wanted character.
func isHex(s string, digits int, want byte) bool {
	if len(s) < digits {
		return false
	}
	n, err := strconv.ParseUint(s[:digits], 16, 16)
	return err == nil && n == uint64(want)
}

// redactedError wraps an error whose text repeats a secret, under a text without it.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
