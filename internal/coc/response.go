package coc

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// ErrPageTooLarge is wrapped by the error for a page whose body, or whose rows in memory, exceed 64 MiB.
var ErrPageTooLarge = errors.New("the page is larger than 64 MiB")

// readPage reads the page in the body of an answer with status 200.
func readPage(table *rows.Table, body io.Reader, limit int64) (*rows.Page, error) {
	return checked(table.Read(body, limit))
}

// checked returns an error if a page reports a failure: by an error_code, even with rows, or by an error_msg with
// neither code nor rows, as an empty list would look as if nothing had failed.
func checked(p *rows.Page, err error) (*rows.Page, error) {
	switch {
	case errors.Is(err, rows.ErrTooLarge):
		return nil, &rest.Error{Err: ErrPageTooLarge}
	case err != nil:
		return nil, err
	case !Succeeded(p.ErrorCode):
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

// zeros matches a code that means success, such as COC.00000000, which sibling APIs of COC send.
var zeros = regexp.MustCompile(`^([A-Za-z]+\.)?0+$`)

// Succeeded reports whether the error_code of an answer with status 200 means success, as a missing one does.
func Succeeded(code *string) bool { return deref(code) == "" || zeros.MatchString(*code) }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
