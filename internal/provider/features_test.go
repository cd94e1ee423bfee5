package provider

import (
	"fmt"
	"regexp"
	"testing"
)

// engineVersion is what an engine begins the output of its command version with. (Its JSON does not tell OpenTofu from Terraform.)
var engineVersion = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(\d+)\.(\d+)\S*`)

// feature is something that only newer engines have.
type feature struct {
	name  string
	since map[string]int // the minor version, by engine; an engine that is not in it has never had the feature
}

var (
	providerFunctions = feature{"functions of providers", map[string]int{"Terraform": 8, "OpenTofu": 7}}
	mocks             = feature{"mocks of providers", map[string]int{"Terraform": 7, "OpenTofu": 8}}
	partialMocks      = feature{"mocks that leave fields out", map[string]int{"Terraform": 7}}
)

// lacking returns why an engine lacks the feature, or nothing if it has it.
func (f feature) lacking(version string) (why string, err error) {
	engine := engineVersion.FindStringSubmatch(version)
	if engine == nil {
		return "", fmt.Errorf("neither Terraform nor OpenTofu: %s", version)
	}
	var major, minor int
	if _, err := fmt.Sscan(engine[2]+" "+engine[3], &major, &minor); err != nil {
		return "", err
	}
	why = fmt.Sprintf("SKIPPED: %s has no %s", engine[0], f.name)
	switch since, ok := f.since[engine[1]]; {
	case !ok:
		return why, nil
	case major == 1 && minor < since:
		return fmt.Sprintf("%s; %s 1.%d has", why, engine[1], since), nil
	}
	return "", nil
}

// need skips a test on an engine without the feature.
func need(t *testing.T, f feature) {
	t.Helper()
	version, err := engine(t, t.TempDir(), "version")
	if err != nil {
		t.Fatalf("version: %v\n%s", err, version)
	}
	why, err := f.lacking(version)
	noError(t, err)
	if why != "" {
		t.Skip(why)
	}
}

func TestLackingFeatures(t *testing.T) {
	for version, want := range map[string]string{
		"\nWarning: something\n\nTerraform v1.7.5\non linux\n": "SKIPPED: Terraform v1.7.5 has no functions of providers; Terraform 1.8 has",
		"Terraform v1.16.0-dev\n":                              "", "Terraform v2.0.0\n": "", "OpenTofu v1.7.0\n": "",
	} {
		if got, err := providerFunctions.lacking(version); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", version, got, err, want)
		}
	}
	const want = "SKIPPED: OpenTofu v1.12.6 has no mocks that leave fields out"
	if got, err := partialMocks.lacking("OpenTofu v1.12.6\n"); err != nil || got != want {
		t.Errorf("OpenTofu: got %q, %v, want %q", got, err, want)
	}
	if got, err := partialMocks.lacking("Packer v1.11.2\n"); err == nil {
		t.Errorf("Packer: got %q, want an error", got)
	}
}
