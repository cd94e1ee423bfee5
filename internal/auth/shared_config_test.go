package auth

import (
	"strings"
	"testing"
)

// The problem of a KooCLI configuration says who asked for it, and for which profile. So does the source of its keys.
func TestWhoAskedForKooCLI(t *testing.T) {
	const only = `it has no profile "prod", only "default", "other", "private"`
	for name, tc := range map[string]struct {
		block    Block
		env      vars
		argument string
		problem  string // HOME stands for the home
		source   string // if there is no problem
	}{
		"no profile of the block's name": {
			block: Block{Profile: "prod"}, argument: "profile",
			problem: `profile in the provider block names the profile "prod" in HOME/.hcloud/config.json: ` + only + ".",
		},
		"no profile of the variable's name": {
			env: vars{EnvProfile: "prod"}, argument: "profile",
			problem: `HW_PROFILE names the profile "prod" in HOME/.hcloud/config.json: ` + only + ".",
		},
		"no such profile in the variable's file": {
			env: vars{EnvProfile: "prod", EnvSharedConfigFile: "~/.hcloud/config.json"}, argument: "shared_config_file",
			problem: `HW_SHARED_CONFIG_FILE names HOME/.hcloud/config.json, and HW_PROFILE names its profile "prod": ` + only + ".",
		},
		"no such profile in the block's file": {
			block: Block{SharedConfigFile: "~/.hcloud/config.json", Profile: "prod"}, argument: "shared_config_file",
			problem: `shared_config_file in the provider block names HOME/.hcloud/config.json, ` +
				`and profile in the provider block names its profile "prod": ` + only + ".",
		},
		"no file of the block's name": {
			block: Block{SharedConfigFile: "/nowhere.json"}, argument: "shared_config_file",
			problem: "shared_config_file in the provider block names /nowhere.json: no such file or directory.",
		},
		"the variable's profile": {
			env:    vars{EnvProfile: "other"},
			source: `the KooCLI configuration: HW_PROFILE names the profile "other" in HOME/.hcloud/config.json`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block = tc.block
			m.write(t, ".hcloud/config.json", kooCLIConfig("K"))
			setAll(t, tc.env)
			if tc.problem != "" {
				m.wantProblem(t, tc.argument, "Unusable KooCLI configuration: "+strings.ReplaceAll(tc.problem, "HOME", m.home))
				return
			}
			wantSource(t, m.mustFind(t), strings.ReplaceAll(tc.source, "HOME", m.home))
		})
	}
}
