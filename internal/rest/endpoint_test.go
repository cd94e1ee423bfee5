package rest

import (
	"strings"
	"testing"
)

func TestParseEndpoint(t *testing.T) {
	const begin = "begin it with https:// (or http:// for a loopback address), got "
	const loopback = "http is accepted for a loopback address only: use https, got "
	for _, tc := range []struct{ in, url, problem string }{
		{"https://coc.myhuaweicloud.com", "https://coc.myhuaweicloud.com", ""},
		{"https://host:8443/base/path/", "https://host:8443/base/path", ""},
		{"HTTPS://host", "https://host", ""},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"http://[::1]:8080", "http://[::1]:8080", ""},
		{"http://localhost", "http://localhost", ""},
		{"", "", begin + `""`},
		{"coc.myhuaweicloud.com", "", begin + `"coc.myhuaweicloud.com"`},
		{"127.0.0.1:18080", "", begin + `"127.0.0.1:18080"`},
		{"localhost:443/base", "", begin + `"localhost:443/base"`},
		{"https://host\n", "", `remove the blanks or line ends around it, got "https://host\n"`},
		{" https://host", "", `remove the blanks or line ends around it, got " https://host"`},
		{"https://", "", `the host is missing, as in https://coc.myhuaweicloud.com, got "https://"`},
		{"https://:443", "", `the host is missing, as in https://coc.myhuaweicloud.com, got "https://:443"`},
		{"http://coc.myhuaweicloud.com", "", loopback + `"http://coc.myhuaweicloud.com"`},
		{"http://localhost.example.com", "", loopback + `"http://localhost.example.com"`},
		{"ftp://host", "", `scheme "ftp" is not https, got "ftp://host"`},
		{"https://ho st", "", `not a URL: invalid character " " in host name, got "https://ho st"`},
		{"https://user:pass-word@host", "", "a user or password does not belong in an endpoint"},
		{"https://host/?", "", "a query or fragment does not belong in an endpoint"},
		{"https://host#pass-word", "", "a query or fragment does not belong in an endpoint"},
		{"user:pass-word@host", "", strings.TrimSuffix(begin, ", got ")},
		{"host?token=pass-word", "", strings.TrimSuffix(begin, ", got ")},
		{"https://user:pass-word@host:p", "", `not a URL: invalid port ":p" after host`},
		{"https://user:pass-wor%zzd@host", "", `not a URL: invalid URL escape "%zz"`},
	} {
		u, err := ParseEndpoint(tc.in)
		switch {
		case err != nil && (err.Error() != tc.problem || u != nil):
			t.Errorf("%q: got %v, want %q", tc.in, err, tc.problem)
		case err == nil && (u.String() != tc.url || tc.problem != ""):
			t.Errorf("%q: got %s, want %q%s", tc.in, u, tc.url, tc.problem)
		}
	}
}
