package coc

import (
	"errors"
	"io"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// ErrPageTooLarge is in the error for a page whose body, or what is read from it, is larger than 64 MiB.
var ErrPageTooLarge = errors.New("the page is larger than 64 MiB")

// readPage reads the body of an answer with status 200 that holds a page. See checked for what makes such an answer an
// error.
func readPage(table *rows.Table, body io.Reader, limit int64) (*rows.Page, error) {
	return checked(table.Read(body, limit))
}

// checked returns an error if a page that could be read reports a failure:
//
//   - its error_code does not mean success, even if the page has rows;
//   - it has an error_msg, but neither an error_code nor rows: an empty list would look as if nothing had failed.
func checked(p *rows.Page, err error) (*rows.Page, error) {
	switch {
	case errors.Is(err, rows.ErrTooLarge):
		return nil, &rest.Error{Err: ErrPageTooLarge}
	case err != nil:
		return nil, err
	case !success(p.ErrorCode):
		return nil, &rest.Error{Kind: rest.Server, Code: *p.ErrorCode, Message: deref(p.ErrorMsg)}
	case deref(p.ErrorCode) == "" && strings.TrimSpace(deref(p.ErrorMsg)) != "" && len(p.Rows) == 0:
		return nil, &rest.Error{Kind: rest.Server, Message: *p.ErrorMsg}
	}
	return p, nil
}

// redact removes the secrets of a request from texts of its answer, in place.
func redact(answer *rest.Answer, texts ...*string) {
	for _, text := range texts {
		if text != nil {
			*text = answer.Redact(*text)
		}
	}
}

// success reports whether the error_code of an answer with status 200 means success. A missing code does. So does a
// code of zeros, such as COC.00000000, which sibling APIs of COC send.
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
