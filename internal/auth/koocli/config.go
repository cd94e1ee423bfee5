// Package koocli reads the configuration file of KooCLI (hcloud), Huawei Cloud's command line: ~/.hcloud/config.json.
package koocli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ErrEncrypted is for a file with encrypted keys, as KooCLI writes them by default: only KooCLI can read them.
var ErrEncrypted = errors.New("its keys are encrypted")

// PlainTextCommand makes KooCLI store keys in plain text.
const PlainTextCommand = "hcloud configure set --cli-auth-encrypt=false"

// file is the JSON of the file. Fields that this package does not need are left out.
type file struct {
	Current     string    `json:"current"`
	AuthEncrypt flag      `json:"authEncrypt"`
	Profiles    []Profile `json:"profiles"`
}

// Profile is one profile of the file.
type Profile struct {
	Name      string `json:"name"`
	Mode      string `json:"mode"`
	Region    string `json:"region"`
	ProjectID string `json:"projectId"`
	DomainID  string `json:"domainId"`
	Keys
	SSOAuth struct {
		STSToken Keys `json:"stsToken"`
	} `json:"ssoAuth"`
}

// Keys are those of a profile.
type Keys struct {
	AccessKey     string `json:"accessKeyId"`
	SecretKey     string `json:"secretAccessKey"`
	SecurityToken string `json:"securityToken"`
}

// flag is a bool that KooCLI writes as a string: "true" or "false".
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// DefaultPath returns the path of KooCLI's own file.
func DefaultPath() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".hcloud", "config.json"), err
}

// Load reads the profile of the given name, or the current one of the file if name is empty. The text of an error
// follows the path: "it has no profile …".
func Load(path, name string) (*Profile, error) {
	data, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("it is not KooCLI's configuration: %w", withoutValue(err))
	}
	if name == "" {
		name = f.Current
	}
	if name == "" {
		return nil, errors.New("it names no current profile, so you must name one")
	}
	for _, p := range f.Profiles {
		if p.Name == name {
			return p.load(bool(f.AuthEncrypt))
		}
	}
	return nil, fmt.Errorf("it has no profile %q, %s", name, f.names())
}

// An error lists this many names of profiles at most, and this many characters of each.
const maxNames, maxNameLength = 10, 40

func (f *file) names() string {
	var names []string
	for i, p := range f.Profiles {
		if i == maxNames {
			names = append(names, fmt.Sprintf("and %d more", len(f.Profiles)-maxNames))
			break
		}
		if name := []rune(p.Name); len(name) > maxNameLength {
			p.Name = string(name[:maxNameLength]) + "…"
		}
		names = append(names, fmt.Sprintf("%q", p.Name))
	}
	if names == nil {
		return "nor any other"
	}
	return "only " + strings.Join(names, ", ")
}

// load checks a profile, and gives one with single sign-on its keys. Encrypted reports whether the keys of the file are
// encrypted.
func (p Profile) load(encrypted bool) (*Profile, error) {
	switch p.Mode {
	case "AKSK", "":
	case "SSO":
		p.Keys = p.SSOAuth.STSToken
	default:
		return nil, fmt.Errorf("its profile %q has the mode %q, but only AKSK and SSO are supported", p.Name, p.Mode)
	}
	switch {
	case p.AccessKey == "" || p.SecretKey == "":
		return nil, fmt.Errorf("its profile %q lacks an access key or a secret key", p.Name)
	case encrypted:
		return nil, ErrEncrypted
	}
	return &p, nil
}

// OthersCanRead reports whether the mode of a file lets anyone but its owner read it. On Windows it returns false.
func OthersCanRead(path string) bool {
	info, err := os.Stat(path)
	return err == nil && filepath.Separator == '/' && info.Mode().Perm()&0o044 != 0
}

// withoutValue returns an error of encoding/json without the value that it may quote, which could be a key.
func withoutValue(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return errors.New("it is not a JSON object")
	case errors.As(err, &wrong):
		return fmt.Errorf("its field %s has the wrong type", wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:])
	}
	return err
}

// ReadFile is [os.ReadFile] with an error that does not repeat the path.
func ReadFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the user names it
	var inPath *os.PathError
	if errors.As(err, &inPath) {
		err = inPath.Err
	}
	return data, err
}
