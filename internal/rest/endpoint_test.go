package rest

import (
	"strings"
	"testing"
)

func TestParseEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"https://coc.myhuaweicloud.com":  "https://coc.myhuaweicloud.com",
		"https://coc.myhuaweicloud.com/": "https://coc.myhuaweicloud.com",
		"https://host:8443/base/path/":   "https://host:8443/base/path",
		"HTTPS://host":                   "https://host",
		"http://127.0.0.1:8080":          "http://127.0.0.1:8080",
		"http://[::1]:8080":              "http://[::1]:8080",
		"http://localhost":               "http://localhost",
		"":                               "error: not an absolute URL",
		"coc.myhuaweicloud.com":          "error: not an absolute URL",
		"/v1":                            "error: not an absolute URL",
		"https://":                       "error: not an absolute URL",
		"https://:443":                   "error: not an absolute URL",
		"http://coc.myhuaweicloud.com":   "error: http is accepted for a loopback address only",
		"http://localhost.example.com":   "error: http is accepted for a loopback address only",
		"http://128.0.0.1":               "error: http is accepted for a loopback address only",
		"ftp://host":                     `error: scheme "ftp" is not https`,
		"https://user:password@host":     "error: a user or password",
		"https://host?x=1":               "error: a query",
		"https://host#x":                 "error: a query or fragment",
		"https://host:port":              "error: not a URL",
		"https://ho st":                  "error: not a URL",
		"https://user:se%zzcret@host":    "error: not a URL",
	} {
		u, err := ParseEndpoint(in)
		var got string
		if err != nil {
			got = "error: " + err.Error()
		} else {
			got = u.String()
		}
		if !strings.HasPrefix(got, want) || err == nil && got != want || strings.Contains(got, "se%zzcret") {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
