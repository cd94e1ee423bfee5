package auth

import (
	"strings"
	"testing"
)

// fakeSecret stands for a key in a malformed file or for a password in a URL.
const fakeSecret = "Qw8Zx4Vb9Nm2Kj7Hg5Fd"

// brokenINI are files for which the error of the INI library quotes a line.
var brokenINI = map[string]struct{ content, want string }{
	"no equals sign": {"[global]\nak = AK\nsk " + fakeSecret + "\n", "the file is not in INI form: line 3 has no equals sign"},
	"a token in two": {
		"\n\n[global]\r\nsecurity_token = abc\r\n  " + fakeSecret + "\r\n",
		"the file is not in INI form: line 5 has no equals sign",
	},
	"an unclosed quote": {"[global]\nak = AK\n\"" + fakeSecret + " = 1\n", "the file is not in INI form"},
	"an open section":   {"[" + fakeSecret + "\nak = AK\n", "the file is not in INI form"},
	"an unclosed text":  {"[global]\nsk = \"\"\"" + fakeSecret + "\nak = AK\n", "the file is not in INI form"},
}

// The error for a file that is not in INI form quotes no line of it, whether the file is the default one or was named.
//
// Fault: broken credentials file.
func TestBrokenINIIsNotQuoted(t *testing.T) {
	for name, tc := range brokenINI {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			t.Setenv(EnvMetadataDisabled, "true")
			m.write(t, ".huaweicloud/credentials", tc.content)
			named := m.write(t, "named", tc.content)

			_, err := m.find(t)
			if want := "names: " + tc.want + "\n"; err == nil || !strings.Contains(err.Error(), want) || leaks(err.Error(), fakeSecret) != "" {
				t.Errorf("the default file: got %v\nwant %s", err, want)
			}
			t.Setenv(EnvSDKCredentialsFile, named)
			_, err = m.find(t)
			wantError(t, err, "Unusable credentials: "+named+" (HUAWEICLOUD_SDK_CREDENTIALS_FILE): "+tc.want+".")
		})
	}
}

// A mistake in a section of a named file is a problem. The other section is not used instead, since it could hold the keys of another
// account.
func TestNamedSDKProfile(t *testing.T) {
	const two = "Two kinds of credentials: "
	for name, tc := range map[string]struct {
		content string
		summary string
		want    string
	}{
		"half of global, and basic": {
			"[global]\nak = A\n[basic]\nak = B\nsk = S\n", "Unusable credentials",
			"only one of ak in the section global and sk in the section global is set",
		},
		"a token file, and basic": {
			"[global]\nid_token_file = f\n[basic]\nak = B\nsk = S\n", "Unusable credentials",
			"only one of idp_id in the section global and id_token_file in the section global is set",
		},
		"keys and identity": {
			"[global]\nak = A\nsk = S\nidp_id = i\nid_token_file = f\n", "Two kinds of credentials",
			"ak in the section global and idp_id in the section global are both set",
		},
		"another section": {
			"[other]\nak = A\nsk = S\n", "Unusable credentials",
			"the file has neither a section global nor a section basic with ak and sk",
		},
		"an odd key": {"[global]\nak = a b\nsk = S\n", "Unusable credentials", "such as blanks or line ends"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			file := m.write(t, "named", tc.content)
			t.Setenv(EnvSDKCredentialsFile, file)
			m.wantProblem(t, "", tc.summary+": "+file+" (HUAWEICLOUD_SDK_CREDENTIALS_FILE): ", tc.want)
			m.wantNoConnection(t)
		})
	}
	t.Run("no such file, or a folder", func(t *testing.T) {
		m := newMachine(t)
		t.Setenv(EnvSDKCredentialsFile, "/nowhere")
		m.wantProblem(t, "", "/nowhere (HUAWEICLOUD_SDK_CREDENTIALS_FILE): no such file")
		t.Setenv(EnvSDKCredentialsFile, m.home)
		m.wantProblem(t, "", m.home+" (HUAWEICLOUD_SDK_CREDENTIALS_FILE): is a directory")
	})
	t.Run("two kinds in the default file", func(t *testing.T) {
		m := newMachine(t)
		file := m.write(t, ".huaweicloud/credentials", "[global]\nak = A\nsk = S\nidp_id = i\nid_token_file = f\n")
		m.wantProblem(t, "", two+file+": ak in the section global and idp_id")
	})
	t.Run("half of global in the default file, and basic", func(t *testing.T) {
		m := newMachine(t)
		t.Setenv(EnvMetadataDisabled, "true")
		m.write(t, ".huaweicloud/credentials", "[global]\nak = A\n[basic]\nak = B\nsk = S\n")
		m.wantProblem(t, "", "No Huawei Cloud credentials", "only one of ak in the section global and sk in the section global is set\n")
	})
}
