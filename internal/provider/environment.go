package provider

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// Environment is what a provider block without arguments resolves to, for a program that works as the provider does.
// You can publish what its methods return: it names nothing in the account, and none of the user's paths and endpoints.
type Environment struct {
	Config rest.Config
	origin origin
}

// ResolveEnvironment finds endpoint and credentials the way the provider does. It returns nil if a diagnostic is an
// error.
func ResolveEnvironment(ctx context.Context, userAgent string) (*Environment, diag.Diagnostics) {
	config, from, diags := resolve(ctx, providerModel{}, userAgent)
	if diags.HasError() {
		return nil, diags
	}
	public := origin{
		source: publicSource(from.source), site: from.site, choice: quotedText.ReplaceAllString(from.choice, ""),
	}
	public.endpoint = "a custom endpoint"
	for _, site := range coc.Sites {
		if from.endpoint == site.Endpoint {
			public.endpoint = site.Endpoint
		}
	}
	return &Environment{config, public}, diags
}

// quotedText matches a quoted text, such as the name of a region.
var quotedText = regexp.MustCompile(` ?"[^"]*"`)

// publicSource returns the kind of place that the credentials come from.
func publicSource(source string) string {
	kind := source
	if i := strings.IndexAny(source, ":,"); i >= 0 {
		kind = source[:i]
	}
	if strings.Contains(source, "the agency ") {
		kind += ", and then an agency"
	}
	return kind
}

// Source says where the credentials come from.
func (e *Environment) Source() string { return e.origin.source }

// Endpoint names the endpoint, the site that it belongs to, and what chose it.
func (e *Environment) Endpoint() string {
	if e.origin.site == "" {
		return e.origin.endpoint + ", set by " + e.origin.choice
	}
	return e.origin.endpoint + " (" + e.origin.site + "), chosen by " + e.origin.choice
}

// Advice returns the title and the advice of the diagnostic that a data source would give for a failed read. It leaves
// out the details, which name things in the account.
func (e *Environment) Advice(source, path, action string, err error) (summary, advice string) {
	var failed *rest.Error
	if errors.As(err, &failed) {
		advice = e.origin.advice(failed, path, action)
	}
	return cannotRead(title(source), err, "").Summary(), advice
}
