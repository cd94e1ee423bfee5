// Package provider is the part that Terraform sees: schemas, configuration and diagnostics. Package coc makes the
// requests and reads the answers.
package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/auth/koocli"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var (
	_ provider.Provider              = (*cocProvider)(nil)
	_ provider.ProviderWithFunctions = (*cocProvider)(nil)
)

// New returns a function that makes the provider. The version is the provider's own.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &cocProvider{version: version} }
}

type cocProvider struct {
	version string
}

func (p *cocProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "coc"
	resp.Version = p.version
}

func (p *cocProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	text := func(description, env string, v validator.String) schema.StringAttribute {
		return optional(description+" Environment: `"+env+"`.", v)
	}
	secret := func(description, env string) schema.StringAttribute {
		attribute := text(description, env, visibleValidator(true))
		attribute.Sensitive = true
		return attribute
	}
	visible, notEmpty := visibleValidator(false), stringvalidator.LengthAtLeast(1)
	isSite := textValidator{summary: "Unknown site", must: siteMessage, ok: isSite}
	resp.Schema = schema.Schema{
		MarkdownDescription: description(),
		Attributes: map[string]schema.Attribute{
			"site": optional("Site that your account belongs to: `china`, `international` or `europe`. Each site has one "+
				"COC endpoint, and credentials are valid at one site only. Environment: `"+envSite+
				"`. Default: the site that `region` suggests.", isSite),
			"region": optional("Region, such as `cn-north-4`. It chooses the site if `site` is not set: `cn-*` is at the "+
				"China site, `eu-west-101` at the European site, any other region at the international site. Set `site` if "+
				"that is wrong, as it is for `ap-southeast-1` in an account of the China site. Environment: `"+envRegion+
				"`. Default: the region of the KooCLI profile whose keys are used, or else the site's.", visible),
			"endpoint": text("URL of the COC endpoint to use instead of the site's. It may have a base path, but leave out "+
				"`/v1`: each request adds it. `http` is accepted for loopback addresses only.", envEndpoint,
				endpointValidator(coc.CheckEndpoint)),
			"access_key":     secret("Access key (AK), together with `secret_key`.", auth.EnvAccessKey),
			"secret_key":     secret("Secret key (SK), together with `access_key`.", auth.EnvSecretKey),
			"security_token": secret("Security token of a temporary access key.", auth.EnvSecurityToken),
			"token":          secret("IAM token, instead of keys.", auth.EnvToken),
			"shared_config_file": text("Path of the KooCLI configuration to take keys from, instead of "+
				"`~/.hcloud/config.json`. It must store the keys in plain text (`"+koocli.PlainTextCommand+"`). A leading `~` "+
				"means your home directory.",
				auth.EnvSharedConfigFile, notEmpty),
			"profile": text("Name of the KooCLI profile to use instead of the current one. Its mode must be `AKSK` or "+
				"`SSO`.", auth.EnvProfile, notEmpty),
			"project_id": text("Project ID, sent as `X-Project-Id` if it is set."+ofAgency, envProjectID, visible),
			"domain_id":  text("Account (domain) ID, sent as `X-Domain-Id` if it is set."+ofAgency, envDomainID, visible),
			"iam_endpoint": text("URL of the IAM endpoint to use instead of the site's. IAM hands out the keys for an "+
				"agency with a `domain_name`, and for the token of an identity provider. `http` is accepted for loopback "+
				"addresses only.",
				auth.EnvSDKIAMEndpoint, endpointValidator(checkEndpoint)),
			"sts_endpoint": text("URL of the STS endpoint to use instead of the region's. STS hands out the keys for an "+
				"agency with a `domain_id`. `http` is accepted for loopback addresses only.", auth.EnvSDKSTSEndpoint,
				endpointValidator(checkEndpoint)),
			"cacert_file": text("Path of a PEM file with the CA certificates to trust instead of the system's.", envCACert,
				notEmpty),
			"insecure": schema.BoolAttribute{
				MarkdownDescription: "Whether to accept any certificate from the endpoint. Anyone between you and the " +
					"endpoint can then read and change everything. Environment: `" + envInsecure + "`. Default: `false`.",
				Optional: true,
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How many times to try a request again after a temporary failure (a broken "+
					"connection, throttling, a server error), 0 to %d. Environment: `%s`. Default: `%d`.",
					maxMaxRetries, envMaxRetries, defaultMaxRetries),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, maxMaxRetries)},
			},
		},
		Blocks: credentialBlocks(),
	}
}

// optional makes an optional argument.
func optional(description string, v validator.String) schema.StringAttribute {
	return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.String{v}}
}

// description is the start of the provider's documentation.
func description() string {
	var b strings.Builder
	b.WriteString("The provider takes credentials from the first of these places that has any, and never mixes two " +
		"places:\n\n")
	for i, name := range auth.Names() {
		fmt.Fprintf(&b, "%d. %s\n", i+1, name)
	}
	return b.String()
}

func (p *cocProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	if resp.Diagnostics.Append(checkUnknowns(req.Config.Raw)...); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config, origin, diags := resolve(ctx, model, userAgent(p.version, req.TerraformVersion))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, err := rest.New(config)
	if err != nil {
		resp.Diagnostics.AddError("Unusable provider configuration", err.Error())
		return
	}
	resp.DataSourceData = &connection{client, origin}
}

func (p *cocProvider) DataSources(context.Context) []func() datasource.DataSource {
	all := []func() datasource.DataSource{
		newRunDataSource, newSingleDataSource(execution), newSingleDataSource(scriptOrder),
	}
	for _, list := range coc.Lists {
		all = append(all, newListDataSource(list))
	}
	return all
}

func (p *cocProvider) Resources(context.Context) []func() resource.Resource { return nil }

func (p *cocProvider) Functions(context.Context) []func() function.Function { return functions() }
