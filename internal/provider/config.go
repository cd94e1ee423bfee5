package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
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

	AssumeRole         []assumeRoleModel         `tfsdk:"assume_role"`
	AssumeRoleWithOIDC []assumeRoleWithOIDCModel `tfsdk:"assume_role_with_oidc"`
}

// The environment variables of the provider block's arguments that are not about credentials (package auth has those).
// The large Huawei Cloud provider also reads those without the prefix COC_.
const (
	envSite       = "COC_SITE"
	envRegion     = "HW_REGION_NAME"
	envEndpoint   = "COC_ENDPOINT"
	envProjectID  = "HW_PROJECT_ID"
	envDomainID   = "HW_DOMAIN_ID"
	envInsecure   = "HW_INSECURE"
	envCACert     = "OS_CACERT"
	envMaxRetries = "HW_MAX_RETRIES"
)

// parallelReads is how many data sources Terraform reads at a time, by default (-parallelism).
const parallelReads = 10

// resolve makes the client's configuration from the provider block, the environment and the sources of credentials.
// Requests for credentials have the same User-Agent as those of the client.
func resolve(ctx context.Context, m providerModel, userAgent string) (rest.Config, origin, diag.Diagnostics) {
	r := &resolver{model: m}
	endpoint, endpointChoice := r.endpoint()
	config := rest.Config{
		Endpoint:   endpoint,
		ProjectID:  r.text("project_id", m.ProjectID, envProjectID, auth.Visible, auth.VisibleMessage),
		DomainID:   r.text("domain_id", m.DomainID, envDomainID, auth.Visible, auth.VisibleMessage),
		MaxRetries: r.maxRetries(),
		UserAgent:  userAgent,
		OnAttempt:  logAttempt,
	}
	r.checkSite()
	region := r.region(endpoint)
	options := auth.Options{
		UserAgent: userAgent, MaxRetries: config.MaxRetries, OnAttempt: logAttempt, OnRenewalFailed: logRenewalFailed,
		IAMEndpoint: m.IAMEndpoint.ValueString(), STSEndpoint: m.STSEndpoint.ValueString(), AnyRegion: endpoint != "",
	}
	r.setTransport(&options)
	if r.diags.HasError() {
		return rest.Config{}, origin{}, r.diags // the search for credentials may send requests
	}
	options.Region = r.publicRegion(endpoint, region, "")
	first, err := auth.Find(ctx, m.credentials(), options)
	var found *auth.Found
	if err == nil {
		for _, w := range first.Warnings {
			r.diags.Append(diagnosticAt(diag.NewWarningDiagnostic(w.Summary, w.Detail), pathOf(&w)))
		}
		found, err = first.Assume(ctx, r.publicRegion(endpoint, region, first.Region))
	}
	if err != nil {
		r.addCredentialsError(err)
		return rest.Config{}, origin{}, r.diags
	}
	logSource(ctx, found.Source)
	config.Signer, config.Transport = found.Signer, options.Transport
	if found.Assumed { // the environment's IDs belong to the first account
		config.ProjectID, config.DomainID = m.ProjectID.ValueString(), m.DomainID.ValueString()
	}
	config.ProjectID = cmp.Or(config.ProjectID, found.ProjectID)
	config.DomainID = cmp.Or(config.DomainID, found.DomainID)
	from := origin{source: found.Source, endpoint: endpoint, choice: endpointChoice}
	if endpoint == "" {
		site, choice := r.site(region, first.Region)
		r.checkRegion(cmp.Or(region, first.Region), site, choice)
		config.Endpoint = site.Endpoint
		from = origin{source: found.Source, endpoint: site.Endpoint, site: site.Title, choice: choice}
	}
	return config, from, r.diags
}

// resolver reads the parts of the configuration, and collects the diagnostics.
type resolver struct {
	model providerModel
	diags diag.Diagnostics
}

// checkUnknowns returns an error for each value in a provider block, at any depth, that is not known yet. If it counted
// as unset, the environment would apply, and could name another account.
func checkUnknowns(block tftypes.Value) (diags diag.Diagnostics) {
	var unknown []path.Path
	err := tftypes.Walk(block, func(at *tftypes.AttributePath, value tftypes.Value) (bool, error) {
		if !value.IsKnown() {
			unknown = append(unknown, pathIn(at))
		}
		return true, nil
	})
	if err != nil {
		diags.AddError("Unreadable provider configuration", err.Error())
	}
	slices.SortFunc(unknown, func(a, b path.Path) int { return strings.Compare(a.String(), b.String()) })
	for _, at := range unknown {
		diags.AddAttributeError(at, "Provider argument not known yet",
			fmt.Sprintf("The value of %q is known only after apply, but the provider needs it to plan. Set it to a value "+
				"that is known at plan time, or first apply what it depends on (terraform apply -target=…).", at))
	}
	return diags
}

// pathIn returns the path of an attribute in the provider block, which has attributes and lists of blocks only.
func pathIn(at *tftypes.AttributePath) path.Path {
	p := path.Empty()
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			p = p.AtName(string(step))
		case tftypes.ElementKeyInt:
			p = p.AtListIndex(int(step))
		}
	}
	return p
}

func (m providerModel) credentials() auth.Block {
	block := auth.Block{
		AccessKey: m.AccessKey.ValueString(), SecretKey: m.SecretKey.ValueString(),
		SecurityToken: m.SecurityToken.ValueString(), Token: m.Token.ValueString(),
		SharedConfigFile: m.SharedConfigFile.ValueString(), Profile: m.Profile.ValueString(),
	}
	for _, agency := range m.AssumeRole {
		block.Agencies = append(block.Agencies, agency.agency())
	}
	for _, agency := range m.AssumeRoleWithOIDC { // one at most
		block.OIDC = new(agency.oidc())
	}
	return block
}

func (r *resolver) addCredentialsError(err error) {
	var problem *auth.Problem
	if errors.As(err, &problem) {
		r.diags.Append(diagnosticAt(diag.NewErrorDiagnostic(problem.Summary, problem.Detail), pathOf(problem)))
		return
	}
	r.diags.AddError("No Huawei Cloud credentials", fmt.Sprintf("The search for credentials ended early: %s.", err))
}

// logSource logs where the credentials are from, and which variables therefore are not used.
func logSource(ctx context.Context, source string) {
	tflog.Info(ctx, "Using COC credentials", map[string]any{"source": source})
	for _, variable := range []string{auth.EnvProfile, auth.EnvSharedConfigFile} {
		if os.Getenv(variable) != "" && !strings.Contains(source, variable) {
			tflog.Info(ctx, "A variable that names COC credentials is not used, because credentials were found earlier",
				map[string]any{"variable": variable})
		}
	}
}

// logRenewalFailed logs why temporary keys could not be renewed. The error holds no secret.
func logRenewalFailed(ctx context.Context, err error) {
	tflog.Warn(ctx, "Temporary COC credentials could not be renewed; the old ones are still valid",
		map[string]any{"error": err.Error()})
}

// text returns the value of an argument or, if that is not set, of its environment variable. It checks the variable's
// form; the schema has checked the argument's. It quotes a malformed value, so it is not for secrets.
func (r *resolver) text(name string, value types.String, env string, form func(string) bool, message string) string {
	if !value.IsNull() {
		return value.ValueString()
	}
	v := os.Getenv(env)
	if v != "" && !form(v) {
		r.malformed(name, env, message+", "+got(v))
	}
	return v
}

func (r *resolver) malformed(name, env, message string) {
	r.diags.AddAttributeError(path.Root(name), "Malformed environment variable", fmt.Sprintf("%s: %s.", env, message))
}

// region returns the region, or an empty string if none is configured. If an endpoint is set, the region does not
// choose it, and may be any visible text, such as a private cloud's.
func (r *resolver) region(endpoint string) string {
	if endpoint != "" {
		return r.text("region", r.model.Region, envRegion, auth.Visible, auth.VisibleMessage)
	}
	region := r.text("region", r.model.Region, envRegion, auth.RegionID.MatchString, auth.RegionMessage)
	if !r.model.Region.IsNull() && !auth.RegionID.MatchString(region) {
		r.diags.AddAttributeError(path.Root("region"), "Malformed region",
			fmt.Sprintf("region %s, unless endpoint is set: %s.", auth.RegionMessage, got(region)))
	}
	return region
}

// endpoint returns the configured endpoint, and what sets it. The endpoint is empty if the site chooses it.
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
			"Anyone between you and the endpoint can read and change what is sent, credentials included. Instead, set "+
				"cacert_file to the CA that issued the endpoint's certificate.")
	}
	return insecure
}

// setTransport sets the transport of all requests.
func (r *resolver) setTransport(options *auth.Options) {
	file, source := r.model.CACertFile.ValueString(), "cacert_file"
	if r.model.CACertFile.IsNull() {
		file, source = os.Getenv(envCACert), envCACert
	}
	var certificates []byte
	var err error
	if file != "" {
		certificates, err = os.ReadFile(auth.ExpandHome(file)) //nolint:gosec // the user chooses the file
		if err == nil && len(certificates) == 0 {
			err = rest.ErrNoCertificate // NewTransport would trust the system's certificates
		}
	}
	insecure := r.insecure()
	if err == nil {
		options.Transport, err = rest.NewTransport(certificates, insecure, coc.PagesInFlight*parallelReads)
	}
	var variable *rest.ProxyVariableError
	switch {
	case errors.As(err, &variable):
		r.diags.AddError("Malformed environment variable", err.Error()+".")
	case err != nil:
		r.diags.AddAttributeError(path.Root("cacert_file"), "Unusable CA certificates", fmt.Sprintf("%s: %s.", source, err))
	}
}

// userAgent returns the User-Agent header: Terraform, the provider, and those words of TF_APPEND_USER_AGENT that a
// header can hold.
func userAgent(version, terraform string) string {
	agent := fmt.Sprintf("Terraform/%s terraform-provider-coc/%s", terraform, version)
	for _, word := range strings.Fields(os.Getenv("TF_APPEND_USER_AGENT")) {
		if auth.Visible(word) {
			agent += " " + word
		}
	}
	return agent
}
