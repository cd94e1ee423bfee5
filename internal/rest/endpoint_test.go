package rest

import (
	"strings"
	"testing"
)

func TestParseEndpoint(t *testing.T) {
	const begin = "begin it with https:// (or http:// for a loopback address), got "
	const loopback = "http is accepted for a loopback address only, use https, got "
	for in, want := range map[string]struct{ url, problem string }{
		"https://coc.myhuaweicloud.com":   {url: "https://coc.myhuaweicloud.com"},
		"https://coc.myhuaweicloud.com/":  {url: "https://coc.myhuaweicloud.com"},
		"https://host:8443/base/path/":    {url: "https://host:8443/base/path"},
		"HTTPS://host":                    {url: "https://host"},
		"http://127.0.0.1:8080":           {url: "http://127.0.0.1:8080"},
		"http://[::1]:8080":               {url: "http://[::1]:8080"},
		"http://localhost":                {url: "http://localhost"},
		"":                                {problem: begin + `""`},
		"coc.myhuaweicloud.com":           {problem: begin + `"coc.myhuaweicloud.com"`},
		"127.0.0.1:18080":                 {problem: begin + `"127.0.0.1:18080"`},
		"localhost:18080":                 {problem: begin + `"localhost:18080"`},
		"coc.myhuaweicloud.com:443/base":  {problem: begin + `"coc.myhuaweicloud.com:443/base"`},
		"//coc.myhuaweicloud.com":         {problem: begin + `"//coc.myhuaweicloud.com"`},
		"/v1":                             {problem: begin + `"/v1"`},
		"https://host\n":                  {problem: `remove the blanks or line ends around it, got "https://host\n"`},
		" https://host":                   {problem: `remove the blanks or line ends around it, got " https://host"`},
		"https://":                        {problem: `the host is missing, as in https://coc.myhuaweicloud.com, got "https://"`},
		"https://:443":                    {problem: `the host is missing, as in https://coc.myhuaweicloud.com, got "https://:443"`},
		"http://coc.myhuaweicloud.com":    {problem: loopback + `"http://coc.myhuaweicloud.com"`},
		"http://localhost.example.com":    {problem: loopback + `"http://localhost.example.com"`},
		"http://128.0.0.1":                {problem: loopback + `"http://128.0.0.1"`},
		"ftp://host":                      {problem: `scheme "ftp" is not https, got "ftp://host"`},
		"https://host:port":               {problem: `not a URL: invalid port ":port" after host, got "https://host:port"`},
		"https://ho st":                   {problem: `not a URL: invalid character " " in host name, got "https://ho st"`},
		"https://user:pass-word@host":     {problem: "a user or password does not belong in an endpoint"},
		"https://host?token=pass-word":    {problem: "a query or fragment does not belong in an endpoint"},
		"https://host#pass-word":          {problem: "a query or fragment does not belong in an endpoint"},
		"user:pass-word@host":             {problem: strings.TrimSuffix(begin, ", got ")},
		"host?token=pass-word":            {problem: strings.TrimSuffix(begin, ", got ")},
		"https://user:pass-word@host:p":   {problem: `not a URL: invalid port ":p" after host`},
		"https://user:pass-wor%zzd@host":  {problem: `not a URL: invalid URL escape "%zz"`},
		" https://user:pass-word@host":    {problem: "remove the blanks or line ends around it"},
		"ftp://user:pass-word@host":       {problem: "a user or password does not belong in an endpoint"},
		"https://user:pass-word@/no-host": {problem: "the host is missing, as in https://coc.myhuaweicloud.com"},
	} {
		u, err := ParseEndpoint(in)
		switch {
		case err != nil && (err.Error() != want.problem || u != nil):
			t.Errorf("%q: got %v, want %q", in, err, want.problem)
		case err == nil && (u.String() != want.url || want.problem != ""):
			t.Errorf("%q: got %s, want %q%s", in, u, want.url, want.problem)
		}
	}
}
