package coc

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	const secret = "abcdefghijklmnop"
	for in, want := range map[string]string{
		"":                                 "",
		"nothing":                          "nothing",
		secret:                             "***",
		"a " + secret + " b " + secret:     "a *** b ***",
		secret + secret:                    "******",
		"cut: " + secret[:12]:              "cut: ***",
		"cut: " + secret[:8] + " and more": "cut: *** and more",
		"short: " + secret[:7]:             "short: " + secret[:7],
		"abcdefghabcdefghi":                "******",
		"PIN 1234.":                        "PIN ***.",
	} {
		if got := redact(in, []string{"", secret, "1234"}); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb ":              "a   b",
		"\x1b[31mred\x00\x7f":     "?[31mred??",
		"\xff\u202e\u2066\ufeffx": "????x",
		"é漢😀":                     "é漢😀",
		strings.Repeat("é", 11):   strings.Repeat("é", 10) + "…",
		strings.Repeat("é", 10):   strings.Repeat("é", 10),
	} {
		if got := printable(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestReadError(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"error_code":"COC.1","error_msg":"no"}`:               {"COC.1", "no"},
		`{"error_msg":"no"}`:                                    {"", "no"},
		`{"error":{"code":"IAM.1","message":"no","title":"x"}}`: {"IAM.1", "no"},
		`{"error":{"code":401,"message":"no"}}`:                 {"401", "no"},
		`{"message":"MIIE\/abc\u003d is bad"}`:                  {"", `{"message":"MIIE/abc= is bad"}`},
		`{"error_code":7}`:                                      {"", `{"error_code":7}`},
		"<html>\nno</html>":                                     {"", "<html> no</html>"},
		"":                                                      {"", ""},
	} {
		if code, message := readError([]byte(body)); code != want[0] || message != want[1] {
			t.Errorf("%s: got %q, %q", body, code, message)
		}
	}
}
