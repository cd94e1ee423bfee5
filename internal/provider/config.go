package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// defaultMaxRetries is the default of max_retries, and maxMaxRetries is its largest value.
const defaultMaxRetries, maxMaxRetries = 5, 100

type providerModel struct {
	Site             types.String `tfsdk:"site"`
	Region           types.String `tfsdk:"region"`
	Endpoint         types.String `tfsdk:"endpoint"`
	AccessKey        types.String `tfsdk:"access_key"`
	SecretKey        types.String `tfsdk:"secret_key"`
	SecurityToken    types.String `tfsdk:"security_token"`
	Token            types.String `tfsdk:"token"`
	SharedConfigFile types.String `tfsdk:"shared_config_file"`
	Profile          types.String `tfsdk:"profile"`
	ProjectID        types.String `tfsdk:"project_id"`
	DomainID         types.String `tfsdk:"domain_id"`
	Insecure         types.Bool   `tfsdk:"insecure"`
	CACertFile       types.String `tfsdk:"cacert_file"`
	MaxRetries       types.Int64  `tfsdk:"max_retries"`
	IAMEndpoint      types.String `tfsdk:"iam_endpoint"`
	STSEndpoint      types.String `tfsdk:"sts_endpoint"`

	AssumeRole         types.List `tfsdk:"assume_role"`
	AssumeRoleWithOIDC types.List `tfsdk:"assume_role_with_oidc"`
}

// The environment variables of the provider block's arguments. Those without the prefix COC_ are those of the large Huawei Cloud
// provider, whose users have them in their shells. Package auth reads further variables for credentials.
const (
	envSite             = "COC_SITE"
	envRegion           = "HW_REGION_NAME"
	envEndpoint         = "COC_ENDPOINT"
	envAccessKey        = auth.EnvAccessKey
	envSecretKey        = auth.EnvSecretKey
	envSecurityToken    = auth.EnvSecurityToken
	envToken            = auth.EnvToken
	envSharedConfigFile = auth.EnvSharedConfigFile
	envProfile          = auth.EnvProfile
	envProjectID        = "HW_PROJECT_ID"
	envDomainID         = "HW_DOMAIN_ID"
	envInsecure         = "HW_INSECURE"
	envCACert           = "OS_CACERT"
	envMaxRetries       = "HW_MAX_RETRIES"
	envMetadataDisabled = auth.EnvMetadataDisabled
)

// resolve makes the client's configuration from the provider block, the environment and the sources of credentials. Requests for
// credentials have the same User-Agent as those of the client.
func resolve(ctx context.Context, m providerModel, userAgent string) (rest.Config, origin, diag.Diagnostics) {
	r := &resolver{model: m}
	r.refuseUnknowns()
	r.readAgencies(ctx)
	if r.diags.HasError() {
		return rest.Config{}, origin{}, r.diags
	}
	endpoint, endpointChoice := r.endpoint()
	config := rest.Config{
		Endpoint:   endpoint,
		ProjectID:  r.text("project_id", m.ProjectID, envProjectID, visible, auth.VisibleMessage),
		DomainID:   r.text("domain_id", m.DomainID, envDomainID, visible, auth.VisibleMessage),
		MaxRetries: r.maxRetries(),
		UserAgent:  userAgent,
		OnAttempt:  logAttempt,
	}
	r.checkSite()
	region := r.region(endpoint)
	caCert, caCertSource := r.caCert()
	transport, err := rest.NewTransport(caCert, r.insecure())
	r.refuseTransport(caCertSource, err)
	if r.diags.HasError() {
		return rest.Config{}, origin{}, r.diags // the search for credentials may send requests, so it does not begin with a wrong configuration
	}
	found := r.credentials(ctx, auth.Options{
		Transport: transport, UserAgent: userAgent, MaxRetries: config.MaxRetries, OnAttempt: logAttempt,
		AnyRegion: endpoint != "", OnRenewalFailed: logRenewalFailed,
		IAMEndpoint: m.IAMEndpoint.ValueString(), STSEndpoint: m.STSEndpoint.ValueString(),
		Endpoints: func(ofProfile string) (iam, sts string) {
			if endpoint != "" && !r.siteIsSet() && !coc.KnownRegion(cmp.Or(region, ofProfile)) {
				return "", "" // perhaps a private cloud, whose requests and tokens are not for the public one
			}
			site, _ := r.site(region, ofProfile)
			_, sts = auth.PublicEndpoints(regionOf(site, cmp.Or(region, ofProfile)))
			return site.IAM, sts
		},
	})
	if found == nil {
		return rest.Config{}, origin{}, r.diags
	}
	config.Signer, config.Transport = found.Signer, transport
	if found.Assumed { // the environment's IDs are of the first account
		config.ProjectID, config.DomainID = m.ProjectID.ValueString(), m.DomainID.ValueString()
	}
	config.ProjectID = cmp.Or(config.ProjectID, found.ProjectID)
	config.DomainID = cmp.Or(config.DomainID, found.DomainID)
	from := origin{source: found.Source, endpoint: endpoint, choice: endpointChoice}
	if endpoint == "" {
		site, choice := r.site(region, found.Region)
		r.warnOfRegion(cmp.Or(region, found.Region), site, choice)
		config.Endpoint = site.Endpoint
		from = origin{source: found.Source, endpoint: site.Endpoint, site: site.Title, choice: choice}
	}
	return config, from, r.diags
}

// resolver reads the parts of the configuration, and collects the diagnostics.
type resolver struct {
	model providerModel
	diags diag.Diagnostics
	// agencies and oidc are the nested blocks of the model.
	agencies []auth.Agency
	oidc     *auth.OIDC
}

// refuseUnknowns adds an error for each argument whose value is not known yet. An unknown value must not be taken for an unset
// one: the environment would then serve instead, and could name another account.
func (r *resolver) refuseUnknowns() {
	m := r.model
	for _, argument := range []struct {
		name  string
		value attr.Value
	}{
		{"site", m.Site}, {"region", m.Region}, {"endpoint", m.Endpoint},
		{"access_key", m.AccessKey}, {"secret_key", m.SecretKey}, {"security_token", m.SecurityToken}, {"token", m.Token},
		{"shared_config_file", m.SharedConfigFile}, {"profile", m.Profile}, {"project_id", m.ProjectID}, {"domain_id", m.DomainID},
		{"insecure", m.Insecure}, {"cacert_file", m.CACertFile}, {"max_retries", m.MaxRetries},
		{"iam_endpoint", m.IAMEndpoint}, {"sts_endpoint", m.STSEndpoint},
	} {
		r.refuseUnknown(argument.name, argument.value)
	}
}

// credentials looks for credentials in the provider block, and then in the other sources of package auth. It returns nil and adds
// an error if there are none.
func (r *resolver) credentials(ctx context.Context, options auth.Options) *auth.Found {
	m := r.model
	found, warnings, err := auth.Find(ctx, auth.Block{
		AccessKey: m.AccessKey.ValueStringPointer(), SecretKey: m.SecretKey.ValueStringPointer(), SecurityToken: m.SecurityToken.ValueStringPointer(),
		Token:            m.Token.ValueStringPointer(),
		SharedConfigFile: m.SharedConfigFile.ValueStringPointer(), Profile: m.Profile.ValueStringPointer(),
		Agencies: r.agencies, OIDC: r.oidc,
	}, options)
	for _, w := range warnings {
		r.diags.Append(diagnosticAt(diag.NewWarningDiagnostic(w.Summary, w.Detail), pathOf(&w)))
	}
	var problem *auth.Problem
	switch {
	case errors.As(err, &problem):
		r.diags.Append(diagnosticAt(diag.NewErrorDiagnostic(problem.Summary, problem.Detail), pathOf(problem)))
		return nil
	case err != nil:
		r.diags.AddError("No Huawei Cloud credentials", fmt.Sprintf("The search for them ended early: %s.", err))
		return nil
	}
	tflog.Info(ctx, "Using COC credentials", map[string]any{"source": found.Source})
	for _, variable := range []string{envProfile, envSharedConfigFile} {
		if os.Getenv(variable) != "" && !strings.Contains(found.Source, variable) {
			tflog.Info(ctx, "A variable that names COC credentials is not used: there are credentials in an earlier place", map[string]any{"variable": variable})
		}
	}
	return found
}

// logRenewalFailed logs why temporary keys could not be renewed. Requests are signed with the old keys until those expire. The
// error holds no secret.
func logRenewalFailed(ctx context.Context, err error) {
	tflog.Warn(ctx, "Temporary COC credentials could not be renewed, the old ones are still valid", map[string]any{"error": err.Error()})
}

// refuseUnknown adds an error if the value of one argument is not known yet.
func (r *resolver) refuseUnknown(name string, value attr.Value) {
	r.refuseUnknownAt(path.Root(name), value)
}

func (r *resolver) refuseUnknownAt(at path.Path, value attr.Value) {
	if value.IsUnknown() {
		r.diags.AddAttributeError(at, "Provider argument not known yet",
			fmt.Sprintf("The value of %q is known only after apply, but the provider needs it to plan. Set it to a value that is known "+
				"when planning, or apply what it depends on first (terraform apply -target=…).", at))
	}
}

// text returns the value of an argument or, if that is not set, of its environment variable. It checks the form of the variable's
// value only, as the schema has checked the argument's. It quotes a malformed value, so it is not for secrets.
func (r *resolver) text(name string, value types.String, env string, form *regexp.Regexp, message string) string {
	if !value.IsNull() {
		return value.ValueString()
	}
	v := os.Getenv(env)
	if v != "" && !form.MatchString(v) {
		r.malformed(name, env, message+", "+got(v))
	}
	return v
}

func (r *resolver) malformed(name, env, message string) {
	r.diags.AddAttributeError(path.Root(name), "Malformed environment variable", fmt.Sprintf("%s: %s.", env, message))
}

// region returns the region, empty if none is configured. If an endpoint is set, the region does not choose the endpoint. It may
// then be any visible text, such as the name of a region in a private cloud.
func (r *resolver) region(endpoint string) string {
	if endpoint != "" {
		return r.text("region", r.model.Region, envRegion, visible, auth.VisibleMessage)
	}
	region := r.text("region", r.model.Region, envRegion, auth.RegionID, auth.RegionMessage)
	if !r.model.Region.IsNull() && !auth.RegionID.MatchString(region) {
		r.diags.AddAttributeError(path.Root("region"), "Malformed region", fmt.Sprintf("region %s, unless endpoint is set: %s.", auth.RegionMessage, got(region)))
	}
	return region
}

// endpoint returns the configured endpoint, and what names it. The endpoint is empty if the site chooses it.
func (r *resolver) endpoint() (endpoint, choice string) {
	if !r.model.Endpoint.IsNull() {
		return r.model.Endpoint.ValueString(), "endpoint in the provider block"
	}
	endpoint = os.Getenv(envEndpoint)
	if endpoint != "" {
		if err := coc.CheckEndpoint(endpoint); err != nil {
			r.malformed("endpoint", envEndpoint, err.Error())
		}
	}
	return endpoint, envEndpoint
}

func (r *resolver) maxRetries() int {
	if !r.model.MaxRetries.IsNull() {
		return int(r.model.MaxRetries.ValueInt64())
	}
	v := os.Getenv(envMaxRetries)
	if v == "" {
		return defaultMaxRetries
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxMaxRetries {
		r.malformed("max_retries", envMaxRetries, fmt.Sprintf("must be a number from 0 to %d, %s", maxMaxRetries, got(v)))
	}
	return n
}

func (r *resolver) insecure() bool {
	insecure := r.model.Insecure.ValueBool()
	if v := os.Getenv(envInsecure); r.model.Insecure.IsNull() && v != "" {
		var err error
		if insecure, err = strconv.ParseBool(v); err != nil {
			r.malformed("insecure", envInsecure, "must be true or false, "+got(v))
		}
	}
	if insecure {
		r.diags.AddAttributeWarning(path.Root("insecure"), "Certificates are not verified",
			"Whoever is on the way to the endpoint can read and change what is sent, credentials included. Set cacert_file instead, to the CA that the endpoint's certificate is from.")
	}
	return insecure
}

// caCert reads the file of CA certificates, if one is configured. source is the name of the argument or of the environment
// variable that names the file.
func (r *resolver) caCert() (pem []byte, source string) {
	file, source := r.model.CACertFile.ValueString(), "cacert_file"
	if r.model.CACertFile.IsNull() {
		file, source = os.Getenv(envCACert), envCACert
	}
	if file == "" {
		return nil, source
	}
	pem, err := os.ReadFile(auth.ExpandHome(file)) //nolint:gosec // the user chooses the file
	if err == nil && len(pem) == 0 {
		err = rest.ErrNoCertificate // NewTransport would take an empty file for no file, and trust the system's certificates
	}
	if err != nil {
		r.refuseTransport(source, err)
		return nil, source
	}
	return pem, source
}

// refuseTransport adds an error of [rest.NewTransport] or of caCert to the diagnostics. It is about a proxy's environment
// variable, or about the CA certificates. source is as of caCert.
func (r *resolver) refuseTransport(source string, err error) {
	var variable *rest.ProxyVariableError
	switch {
	case errors.As(err, &variable):
		r.diags.AddError("Malformed environment variable", err.Error()+".")
	case err != nil:
		r.diags.AddAttributeError(path.Root("cacert_file"), "Unusable CA certificates", fmt.Sprintf("%s: %s.", source, err))
	}
}

// userAgent returns the User-Agent header: Terraform, the provider, and the words of TF_APPEND_USER_AGENT. It leaves out words
// that a header cannot hold.
func userAgent(version, terraform string) string {
	agent := fmt.Sprintf("Terraform/%s terraform-provider-coc/%s", terraform, version)
	for _, word := range strings.Fields(os.Getenv("TF_APPEND_USER_AGENT")) {
		if visible.MatchString(word) {
			agent += " " + word
		}
	}
	return agent
}
