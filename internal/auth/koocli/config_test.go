package koocli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// profiles has profiles of every mode. A profile of the mode SSO has its keys in stsToken; those next to it must not be used.
const profiles = `"profiles":[
	{"name":"whole","mode":"AKSK","accessKeyId":"AK","secretAccessKey":"SK","securityToken":"ST","region":"cn-north-4",
		"projectId":"P","domainId":"D"},
	{"name":"plain","accessKeyId":"AK2","secretAccessKey":"SK2"},
	{"name":"sso","mode":"SSO","accessKeyId":"WRONG","secretAccessKey":"WRONG","securityToken":"WRONG","region":"eu-west-101",
		"ssoAuth":{"stsToken":{"accessKeyId":"SSOAK","secretAccessKey":"SSOSK","securityToken":"SSOST"}}},
	{"name":"agency","mode":"EcsAgency","accessKeyId":"AK","secretAccessKey":"SK"},
	{"name":"lower","mode":"aksk","accessKeyId":"AK","secretAccessKey":"SK"},
	{"name":"no key","mode":"AKSK","secretAccessKey":"SK"},
	{"name":"no secret","mode":"AKSK","accessKeyId":"AK"},
	{"name":"signed out","mode":"SSO","accessKeyId":"AK","secretAccessKey":"SK"}]`

func TestLoad(t *testing.T) {
	whole := Profile{Name: "whole", Mode: "AKSK", Keys: Keys{"AK", "SK", "ST"}, Region: "cn-north-4", ProjectID: "P", DomainID: "D"}
	plain := Profile{Name: "plain", Keys: Keys{"AK2", "SK2", ""}}
	sso := Profile{Name: "sso", Mode: "SSO", Keys: Keys{"SSOAK", "SSOSK", "SSOST"}, Region: "eu-west-101"}
	sso.SSOAuth.STSToken = sso.Keys
	for name, tc := range map[string]struct {
		fields  string // of the file, before its profiles
		profile string
		want    Profile
	}{
		"the current profile":            {`"current":"whole",`, "", whole},
		"a named one before the current": {`"current":"whole",`, "plain", plain},
		"single sign-on":                 {``, "sso", sso},
		"not encrypted":                  {`"authEncrypt":false,`, "whole", whole},
		"not encrypted, as a string":     {`"authEncrypt":"false",`, "whole", whole},
		"not encrypted, as null":         {`"authEncrypt":null,`, "whole", whole},
		"more than is known":             {`"authCipher":{"x":[1]},`, "whole", whole},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Load(write(t, "{"+tc.fields+profiles+"}"), tc.profile); err != nil || *got != tc.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, tc.want)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	file := func(fields string) string { return "{" + fields + profiles + "}" }
	const others = `, only "whole", "plain", "sso", "agency", "lower", "no key", "no secret", "signed out"`
	const lacks, supported = "lacks an access key or a secret key", "but only AKSK and SSO are supported"
	for name, tc := range map[string]struct {
		content, profile string
		want             string // the whole error
	}{
		"encrypted":                     {file(`"authEncrypt":true,`), "whole", ErrEncrypted.Error()},
		"encrypted, as a string":        {file(`"authEncrypt":"true",`), "whole", ErrEncrypted.Error()},
		"encrypted, and nothing there":  {file(`"authEncrypt":"true",`), "no secret", `its profile "no secret" ` + lacks},
		"another mode":                  {file(``), "agency", `its profile "agency" has the mode "EcsAgency", ` + supported},
		"no access key":                 {file(``), "no key", `its profile "no key" ` + lacks},
		"no secret key":                 {file(``), "no secret", `its profile "no secret" ` + lacks},
		"a single sign-on that is over": {file(``), "signed out", `its profile "signed out" ` + lacks},
		"no such profile":               {file(`"current":"whole",`), "p", `it has no profile "p"` + others},
		"a name in another case":        {file(``), "Whole", `it has no profile "Whole"` + others},
		"no current profile":            {file(``), "", "it names no current profile, so you must name one"},
		"nothing in the object":         {`{}`, "p", `it has no profile "p", nor any other`},
		"an empty file":                 {``, "p", "it is not KooCLI's configuration: unexpected end of JSON input"},
		"a number for a key": {
			`{"profiles":[{"name":"p","secretAccessKey":123456789}]}`, "p",
			"it is not KooCLI's configuration: its field secretAccessKey has the wrong type",
		},
		"an array": {`[123456789]`, "p", "it is not KooCLI's configuration: it is not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(write(t, tc.content), tc.profile)
			if got != nil || err == nil || err.Error() != tc.want || errors.Is(err, ErrEncrypted) != (tc.want == ErrEncrypted.Error()) {
				t.Errorf("got %v, %v\nwant %s", got, err, tc.want)
			}
		})
	}
	for name, content := range map[string]string{
		"an array": `[]`, "profiles that are none": `{"profiles":"p"}`, "a name that is none": `{"profiles":[{"name":1}]}`,
		"an INI file": "[default]\nak = K\n",
	} {
		const want = "it is not KooCLI's configuration: "
		if got, err := Load(write(t, content), "p"); got != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %s", name, got, err, want)
		}
	}
}

// The names that an error lists are limited, and cannot break its line.
func TestNamesOfProfiles(t *testing.T) {
	long := strings.Repeat("é", 41)
	for name, tc := range map[string]struct{ profiles, want string }{
		"odd names":      {`{"name":"a\nb\u001b[1m"},{"name":"\u202e"},{"name":""}`, `only "a\nb\x1b[1m", "\u202e", ""`},
		"a long name":    {`{"name":"` + long + `"}`, `only "` + strings.Repeat("é", 40) + `…"`},
		"ten profiles":   {strings.Repeat(`{"name":"a"},`, 9) + `{"name":"b"}`, `only ` + strings.Repeat(`"a", `, 9) + `"b"`},
		"many of them":   {strings.Repeat(`{"name":"a"},`, 12) + `{"name":"b"}`, `only ` + strings.Repeat(`"a", `, 10) + `and 3 more`},
		"keys stay away": {`{"name":"a","accessKeyId":"AKIA-KEY","secretAccessKey":"sec-ret"}`, `only "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, `{"profiles":[`+tc.profiles+`]}`), "prod")
			if want := `it has no profile "prod", ` + tc.want; err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

// OthersCanRead is about the permission of the group and of everybody to read. It ignores the permissions to write and to run.
func TestOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mode says nothing of who reads there")
	}
	path := write(t, "{}")
	for mode, want := range map[os.FileMode]bool{
		0o600: false, 0o400: false, 0o633: false, 0o640: true, 0o604: true, 0o644: true, 0o444: true,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if got := OthersCanRead(path); got != want {
			t.Errorf("%04o: got %t, want %t", mode, got, want)
		}
	}
	if OthersCanRead(filepath.Join(t.TempDir(), "none.json")) {
		t.Error("a file that is not there")
	}
}
