package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/cocops/terraform-provider-coc/internal/auth/koocli"
)

// fromNamedFile takes the KooCLI file, profile or both that the environment names.
func fromNamedFile(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	given := givenByEnvironment()
	if firstSet(given[4:]...) == "" {
		return nil, errNotSet
	}
	return o.fromFile(given)
}

// fromFile takes the keys of a KooCLI profile: without a file, one from KooCLI's own; without a profile, the current
// one. The user named one of them, so an error is a problem.
func (o *Options) fromFile(g given) (*Credentials, error) {
	profile, named := g[4], g[5]
	argument, file := "shared_config_file", ExpandHome(named.value)
	var err error
	if file == "" {
		argument = "profile"
		file, err = koocli.DefaultPath()
	}
	var found *Credentials
	if err == nil {
		found, err = o.load(file, profile.value)
	}
	whoAsked := fmt.Sprintf("%s names %s", named.name, file)
	switch {
	case named.value == "":
		whoAsked = fmt.Sprintf("%s names the profile %q in %s", profile.name, profile.value, file)
	case profile.value != "":
		whoAsked += fmt.Sprintf(", and %s names its profile %q", profile.name, profile.value)
	}
	if err == nil {
		found.first.Source = "the KooCLI configuration: " + whoAsked
		return found, nil
	}
	detail := fmt.Sprintf("%s: %s.", whoAsked, err)
	if errors.Is(err, koocli.ErrEncrypted) {
		detail += fmt.Sprintf(" Only KooCLI can read them. Let it store keys in plain text (%s), enter them again, and let "+
			"nobody else read the file (chmod 600).", koocli.PlainTextCommand)
	}
	return nil, &Problem{Argument: argument, Summary: "Unusable KooCLI configuration", Detail: detail}
}

// fromDefaultFile takes the current profile of KooCLI's own file, which the user did not name for the provider.
func fromDefaultFile(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	file, err := koocli.DefaultPath()
	if err != nil {
		return nil, err
	}
	found, err := o.load(file, "")
	if errors.Is(err, koocli.ErrEncrypted) {
		return nil, fmt.Errorf("%w: to change that, run %s", err, koocli.PlainTextCommand)
	}
	return found, err
}

// load reads a profile and checks its values. It warns if others can read the file.
func (o *Options) load(file, profile string) (*Credentials, error) {
	p, err := koocli.Load(file, profile)
	if err != nil {
		return nil, err
	}
	for _, field := range []setting{
		{"access key", p.AccessKey}, {"secret key", p.SecretKey}, {"security token", p.SecurityToken},
		{"project", p.ProjectID}, {"domain", p.DomainID}, {"region", p.Region},
	} {
		if !Visible(field.value) {
			return nil, fmt.Errorf("the %s of its profile %q %s", field.name, p.Name, VisibleMessage)
		}
	}
	if p.Region != "" && !o.AnyRegion && !RegionID.MatchString(p.Region) {
		return nil, fmt.Errorf("the region of its profile %q %s, got %q", p.Name, RegionMessage, p.Region)
	}
	found := &Credentials{Region: p.Region, first: Found{
		Signer: keys{p.AccessKey, p.SecretKey, p.SecurityToken}, ProjectID: p.ProjectID, DomainID: p.DomainID,
	}}
	if koocli.OthersCanRead(file) {
		found.Warnings = []Problem{{
			Summary: "Others can read the KooCLI configuration",
			Detail:  fmt.Sprintf("%s holds keys in plain text. Let nobody else read it: chmod 600.", file),
		}}
	}
	return found, nil
}
