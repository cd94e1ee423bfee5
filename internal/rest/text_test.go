package rest

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRedact(t *testing.T) {
	const secret = "abcdefghijklmnop"
	const odd = "wJal/rXU+tnF==&MI" // characters that are escaped
	for in, want := range map[string]string{
		"":                                  "",
		"a " + secret + " b " + secret:      "a *** b ***",
		secret + secret:                     "***",
		"head: " + secret[:8] + ", tail":    "head: ***, tail",
		"middle: -" + secret[4:13] + "-":    "middle: -***-",
		"tail: " + secret[8:]:               "tail: ***",
		"too little: " + secret[5:12]:       "too little: " + secret[5:12],
		"abcdefgabcdefghi":                  "abcdefg***",
		"PIN 1234.":                         "PIN ***.",
		"a\nbcd\r\nefg h\tijklmnop\nq":      "***\nq",
		"abcdefgh\\nijklmnop\\nq":           "***\\n***\\nq",
		"dial tcp 127.0.0.1:443: abc: ééé ": "dial tcp 127.0.0.1:443: abc: ééé ",
		"sk=" + odd + "/more, and":          "sk=***/more, and",
		"100%, \\ & ; &amp; %zz \\u00 \\x":  "100%, \\ & ; &amp; %zz \\u00 \\x",
		"other wJal%2ArXU+tn end":           "other wJal%2ArXU+tn end",

		"sk=" + url.QueryEscape(odd):                     withheld,
		"sk=wJal%2frXU":                                  withheld,
		"twice " + url.QueryEscape(url.QueryEscape(odd)): withheld,
		"<i>" + html.EscapeString("tnF==&MI") + "</i>":   withheld,
		"hex &#x77;&#x4A;al&#x2F;rXU":                    withheld,
		"named wJal&sol;rXU":                             withheld,
		`json "wJal\/rXU" end`:                           withheld,
		`json "wJal/rXU" and "\u0061bcdefgh"`:            withheld,
		`script 'wJal\x2FrXU' end`:                       withheld,
		`wrapped "wJal\nrXU\/" end`:                      `wrapped "wJal\nrXU\/" end`,
		`wrapped "wJal\r\n/rXU" end`:                     withheld,
		fmt.Sprintf("quoted %q", `{"sk":"wJal\/rXU"}`):   withheld,
		`html in json "wJal\u0026#x2F;rXU"`:              withheld,
		"html of html wJal&amp;#x2F;rXU":                 withheld,
		`short 123\u0034`:                                withheld,
	} {
		if got := Redact(in, []string{"", "abc", "ééé"[:3], secret, "12\n34", odd}); got != want {
			t.Errorf("%q:\n got %q\nwant %q", in, got, want)
		}
	}
}

// A text of any length and form takes time that grows with its length: 12,000 characters once took 42 s, and these would take days.
func TestRedactIsLinear(t *testing.T) {
	started := time.Now()
	for _, text := range []string{strings.Repeat("&", 12_000) + ";", strings.Repeat("&", 1<<20) + ";", strings.Repeat(`\%&#x`, 1<<18)} {
		if got := Redact(text, []string{"abcdefghijkl", "1234"}); got != text {
			t.Errorf("a text of %d bytes became one of %d, want it unchanged", len(text), len(got))
		}
	}
	if took := time.Since(started); took > time.Minute {
		t.Errorf("took %s, want some seconds at most", took)
	}
}

// FuzzRedact: no eight characters in a row of a secret are left, whichever of its characters are escaped or wrapped, and however.
func FuzzRedact(f *testing.F) {
	f.Add("wJal/rXU+tnF==&MI", "abcdefghijkl", uint8(0), uint8(99))
	f.Add("abcdefghijklmnopqrstuvwxyz", "\x00\x00\x00\x0d", uint8(3), uint8(15))
	f.Add("uuuuxxxx2F", "\x04", uint8(0), uint8(10))
	ways := []string{"%c", "%%%02X", "%%%02x", "%%25%02X", `\u%04x`, `\x%02X`, `\\u%04X`,
		"&#x%X;", "&#%d;", "&amp;#%d;", `\u0026#x%x;`, "\n%c"}
	f.Fuzz(func(t *testing.T, secret, dice string, from, to uint8) {
		if len(secret) < pieceLength || len(secret) > 200 || html.UnescapeString(secret) != secret ||
			strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`%\*`, r) }) {
			return
		}
		part := secret[min(int(from), len(secret)):min(max(int(to), int(from)), len(secret))]
		var spelled strings.Builder
		for i := range len(part) {
			way := 0
			if dice != "" {
				way = int(dice[i%len(dice)]) % len(ways)
			}
			fmt.Fprintf(&spelled, ways[way], part[i])
		}
		got := Redact("«"+spelled.String()+"»", []string{secret})
		for layer, text := 0, got; layer < 3; layer++ {
			text = html.UnescapeString(unescape(text))
			visible := strings.Join(strings.Fields(text), "")
			for i := range len(secret) - pieceLength + 1 {
				if strings.Contains(visible, secret[i:i+pieceLength]) {
					t.Fatalf("%q as %q: got %q, which has %q", secret, spelled.String(), got, secret[i:i+pieceLength])
				}
			}
		}
	})
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb ":              "a   b",
		"\x1b[31mred\x00\x7f":     "?[31mred??",
		"\xff\u202e\u2066\ufeffx": "????x",
		"\u061cx\u200f\u0085":     "?x?",
		"é漢😀":                     "é漢😀",
		strings.Repeat("é", 11):   strings.Repeat("é", 10) + "…",
		strings.Repeat("é", 10):   strings.Repeat("é", 10),
	} {
		if got := Printable(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
