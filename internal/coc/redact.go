package coc

import "strings"

// redact takes secrets out of a text that came from outside: a service may send back what it was sent. A text may have been
// cut in the middle of a secret, so the beginning of one goes too.
func redact(s string, secrets []string) string {
	const shortest = 8 // a shorter beginning tells nothing, and may stand there by chance
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		s = strings.ReplaceAll(s, secret, "***")
		for n := min(len(secret)-1, len(s)); n >= shortest; n-- {
			s = strings.ReplaceAll(s, secret[:n], "***")
		}
	}
	return s
}

// redactedError is an error whose text repeated a secret.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
