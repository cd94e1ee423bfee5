package rest

import (
	"errors"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	const secret = "abcdefghijklmnop"
	const odd = "wJal/rXU+tnF==&MI" // characters that are escaped
	for in, want := range map[string]string{
		"":                                     "",
		"nothing":                              "nothing",
		secret:                                 "***",
		"a " + secret + " b " + secret:         "a *** b ***",
		secret + secret:                        "***",
		"cut: " + secret[:12]:                  "cut: ***",
		"cut: " + secret[:8] + " and more":     "cut: *** and more",
		"short: " + secret[:7]:                 "short: " + secret[:7],
		"abcdefgabcdefghi":                     "abcdefg***",
		"PIN 1234.":                            "PIN ***",
		`{"sk":"` + secret + `rest","ak":"x"}`: `{"sk":"***","ak":"x"}`,
		"'" + secret + "?' `" + secret + "-`":  "'***' `***`",
		"<b>" + secret + "!</b>":               "<b>***</b>",
		"(" + secret + ")\nnext":               "(***\nnext",

		"sk=" + odd + "/more, and":                                "sk=*** and",
		"sk=" + url.QueryEscape(odd) + "&x=1 end":                 "sk=*** end",
		"sk=wJal%2frXU%2btnF end":                                 "sk=*** end",
		"sk=" + url.QueryEscape("wJal/rXU") + " end":              "sk=*** end",
		"twice " + url.QueryEscape(url.QueryEscape(odd)) + " end": "twice *** end",
		"<i>" + html.EscapeString(odd) + "</i>":                   "<i>***</i>",
		"hex &#x77;&#x4A;al&#x2F;rXU&#x2b;tnF end":                "hex *** end",
		"decimal wJal&#47;rXU&#43;tnF end":                        "decimal *** end",
		"named wJal&sol;rXU&plus;tnF end":                         "named *** end",
		`json "wJal\/rXU+tnF\u003d\u003D\u0026MI" end`:            `json "***" end`,
		`script 'wJal\x2FrXU\x2B' end`:                            `script '***' end`,
		fmt.Sprintf("quoted %q end", `{"sk":"wJal\/rXU\u002B"}`):  `quoted "{\"sk\":\"***"}" end`,
		`html in json "wJal\u0026#x2F;rXU" end`:                   `html in json "***" end`,
		`json in json "wJal\\\/rXU\\u002B" end`:                   `json in json "***" end`,
		"html of html wJal&amp;#x2F;rXU end":                      "html of html *** end",
		"other wJal%2ArXU end":                                    "other wJal%2ArXU end",
		"cut wJal%2":                                              "cut wJal%2",
		"wJal\\":                                                  "wJal\\",
		"100%, \\ & ; &amp; %zz \\u00 \\x":                        "100%, \\ & ; &amp; %zz \\u00 \\x",
	} {
		if got := Redact(in, []string{"", secret, "1234", odd}); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

// A secret is removed as a whole, even if it holds a character at which redaction would otherwise stop: a blank, a quote or <.
func TestRedactTakesTheWholeSecret(t *testing.T) {
	for _, secret := range []string{"<abcdefghij", "abcdefgh ijkl", `ab"cd'ef<gh"ij`, `C:\users\x`, "per%41cent", "am&amp;per"} {
		if got := Redact("a "+secret+", b", []string{secret}); got != "a *** b" {
			t.Errorf("%q: got %q", secret, got)
		}
	}
}

// Secrets of less than four characters are left alone: they occur in any text by chance.
func TestRedactLeavesShortSecrets(t *testing.T) {
	const text = "dial tcp 127.0.0.1:443: connect: connection refused: ééé"
	if got := Redact(text, []string{"a", "di", "tcp", "ééé"}); got != text {
		t.Errorf("got %q", got)
	}
	if got := Redact(text, []string{"dial"}); got != "*** tcp 127.0.0.1:443: connect: connection refused: ééé" {
		t.Errorf("four characters: got %q", got)
	}
}

// FuzzRedact: a secret is removed as a whole, whichever of its characters are escaped, and however.
func FuzzRedact(f *testing.F) {
	f.Add("wJal/rXU+tnF==&MI", "abcdefghijkl")
	f.Add(`a%2Fb\u002Fc&#x2F;`, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09")
	f.Add("uuuuxxxx2F", "\x04")
	ways := []string{"%c", "%%%02X", "%%%02x", "%%25%02X", `\u%04x`, `\x%02X`, `\%c`, `\\u%04X`, "&#x%X;", "&#%d;", "&amp;#%d;", `\u0026#x%x;`}
	f.Fuzz(func(t *testing.T, secret, dice string) {
		if len(secret) < shortestSecret || len(secret) > 200 || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return
		}
		var spelled strings.Builder
		for i := range len(secret) {
			way := 0
			if dice != "" {
				way = int(dice[i%len(dice)]) % len(ways)
			}
			fmt.Fprintf(&spelled, ways[way], secret[i])
		}
		if got := Redact("at "+spelled.String()+" end", []string{secret}); got != "at *** end" {
			t.Errorf("%q as %q: got %q", secret, spelled.String(), got)
		}
	})
}

func TestRedactedError(t *testing.T) {
	cause := errors.New("token abcdefgh")
	err := &redactedError{err: cause, text: "token ***"}
	if err.Error() != "token ***" || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb ":              "a   b",
		"\x1b[31mred\x00\x7f":     "?[31mred??",
		"\xff\u202e\u2066\ufeffx": "????x",
		"\u061cx\u200f":           "?x?",
		"é漢😀":                     "é漢😀",
		strings.Repeat("é", 11):   strings.Repeat("é", 10) + "…",
		strings.Repeat("é", 10):   strings.Repeat("é", 10),
	} {
		if got := Printable(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
