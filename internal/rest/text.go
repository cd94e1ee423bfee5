package rest

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// MaxShown is how many characters of an outside text an error or a log shows.
const MaxShown = 200

// Printable makes a text from outside fit for an error or a log: one line, cut to the maximum number of characters, and
// without those that have no shape of their own but control, reorder, break or join the text around them.
func Printable(s string, maximum int) string {
	var clean strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch {
		case maximum == 0:
			return clean.String() + "…"
		case r == '\n' || r == '\r' || r == '\t':
			r = ' '
		case r == '\ufffd' || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			r = '?'
		}
		clean.WriteRune(r)
		maximum--
	}
	return clean.String()
}

const (
	pieceLength    = 8 // no text holds this many characters of a secret in a row; a shorter secret is one piece
	shortestSecret = 4 // a shorter one is left alone: it occurs in any text by chance
	withheld       = "(withheld: it repeats a secret)"
)

// secrets are the pieces of secrets. A piece is a number with one byte for each character: secrets are ASCII.
type secrets map[uint64]bool

func newSecrets(texts []string) secrets {
	s := secrets{}
	for _, text := range texts {
		visible := strings.Join(strings.Fields(text), "")
		last, length := uint64(0), min(len(visible), pieceLength)
		for i := range len(visible) {
			if last = last<<8 | uint64(visible[i]); i+1 >= max(length, shortestSecret) {
				s[piece(last, length)] = true
			}
		}
	}
	return s
}

// piece returns the last characters, as many as length.
func piece(last uint64, length int) uint64 { return last & (1<<(8*length) - 1) }

// Redact removes secrets from a text, in linear time: no eight consecutive characters of one are left, and no secret of
// four to seven. Blanks and line breaks in between do not count. A text that holds such characters once it is unescaped
// is withheld.
func Redact(text string, of []string) string { return newSecrets(of).redact(text) }

func (s secrets) redact(text string) string {
	text = s.hide(text)
	for plain, round := text, 0; round < 3 && strings.ContainsAny(plain, `%\&`); round++ {
		for _, unescape := range []func(string) string{unescape, html.UnescapeString} {
			if plain = unescape(plain); s.hide(plain) != plain {
				return withheld
			}
		}
	}
	return text
}

// hide replaces each run of pieces with ***.
func (s secrets) hide(text string) string {
	var (
		clean  strings.Builder
		end    int              // of the last run
		last   uint64           // the last characters that are not blank,
		starts [pieceLength]int // where they are,
		n      int              // and how many there were so far
	)
	for i := range len(text) {
		if text[i] <= ' ' {
			continue
		}
		last, starts[n%pieceLength] = last<<8|uint64(text[i]), i
		n++
		for length := min(n, pieceLength); length >= shortestSecret; length-- {
			if s[piece(last, length)] {
				if start := starts[(n-length)%pieceLength]; start > end || clean.Len() == 0 {
					clean.WriteString(text[end:start] + "***")
				}
				end = i + 1
				break
			}
		}
	}
	return clean.String() + text[end:]
}

var escape = regexp.MustCompile(`%[[:xdigit:]]{2}|\\u[[:xdigit:]]{4}|\\x[[:xdigit:]]{2}|\\.`)

// unescape undoes one layer of escapes of a URL (%2F) and of JSON (\u002F, \x2F, \/).
func unescape(text string) string {
	return escape.ReplaceAllStringFunc(text, func(escaped string) string {
		code, err := strconv.ParseUint(strings.TrimLeft(escaped, `%\ux`), 16, 16)
		switch {
		case len(escaped) > 2 && err == nil:
			return string(rune(code))
		case strings.Contains("nrtbf", escaped[1:]):
			return " "
		}
		return escaped[1:]
	})
}
