package coc

import "strings"

// Text from outside goes into messages and logs only after this.

// printable makes bytes from outside fit for a message: one line, no control characters, at most max runes.
func printable(s string, maximum int) string {
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
	return r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// redact takes secrets out of a text: a service may send back what it was sent. A text may have been cut in the middle of a
// secret, so the beginning of one goes too.
func redact(s string, secrets []string) string {
	const shortest = 8 // a shorter beginning tells nothing, and may stand there by chance
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		start := secret[:min(len(secret), shortest)]
		var clean strings.Builder
		for {
			before, rest, found := strings.Cut(s, start)
			clean.WriteString(before)
			if !found {
				break
			}
			clean.WriteString("***")
			s = rest[commonPrefix(rest, secret[len(start):]):]
		}
		s = clean.String()
	}
	return s
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// redactedError is an error whose text repeated a secret.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
