package coc

import (
	"errors"
	"io"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// readPage reads the body of a 200. An error_code that is no success is an error, whatever rows come along. So is an error_msg
// alone, without any rows: a list without rows would be taken for one in which nothing failed.
func readPage(table *rows.Table, body io.Reader, limit int64) (*rows.Page, error) {
	return checked(table.Read(body, limit))
}

// checked turns what the service says beside the rows into an error, if it is one.
func checked(p *rows.Page, err error) (*rows.Page, error) {
	switch {
	case errors.Is(err, rows.ErrTooLarge):
		return nil, rest.ErrTooLarge
	case err != nil:
		return nil, err
	case !success(p.ErrorCode):
		return nil, &rest.ServiceError{Code: *p.ErrorCode, Message: deref(p.ErrorMsg)}
	case deref(p.ErrorCode) == "" && strings.TrimSpace(deref(p.ErrorMsg)) != "" && len(p.Rows) == 0:
		return nil, &rest.ServiceError{Message: *p.ErrorMsg}
	}
	return p, nil
}

// redact takes the secrets of a request out of texts that its answer holds beside the rows.
func redact(answer *rest.Answer, texts ...*string) {
	for _, text := range texts {
		if text != nil {
			*text = answer.Redact(*text)
		}
	}
}

// success tells whether an error_code in a 200 means that all went well: sibling COC APIs answer success with a code of
// zeros, such as COC.00000000.
func success(code *string) bool {
	if deref(code) == "" {
		return true
	}
	digits := *code
	if prefix, rest, found := strings.Cut(digits, "."); found {
		if prefix == "" || strings.ContainsFunc(prefix, notLetter) {
			return false
		}
		digits = rest
	}
	return digits != "" && strings.Trim(digits, "0") == ""
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
