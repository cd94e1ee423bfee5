// Package provider is what Terraform sees: schemas, configuration and diagnostics. What is sent and read is internal/coc's.
package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

var _ provider.Provider = (*cocProvider)(nil)

// New returns a factory of the provider.
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
	text := func(description string, sensitive bool) schema.StringAttribute {
		return schema.StringAttribute{
			MarkdownDescription: description,
			Optional:            true,
			Sensitive:           sensitive,
			Validators:          []validator.String{stringvalidator.RegexMatches(visible, visibleMessage)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads what Huawei Cloud's Cloud Operations Center (COC) did on each host.",
		Attributes: map[string]schema.Attribute{
			"region": schema.StringAttribute{
				MarkdownDescription: "Region of the account, such as `cn-north-4`. COC has one endpoint a site, and the region chooses the site: " +
					"`cn-*` the China site, `eu-west-101` the European one, any other the international one. " +
					"Environment: `HW_REGION_NAME`. Default: `" + coc.DefaultRegion + "`.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.RegexMatches(regionID, regionMessage)},
			},
			"endpoint": schema.StringAttribute{
				MarkdownDescription: "URL of the COC endpoint, instead of the one that `region` chooses. It may have a base path. " +
					"`http` is accepted for loopback addresses only. Environment: `COC_ENDPOINT`.",
				Optional:   true,
				Validators: []validator.String{endpointValidator{}},
			},
			"access_key":     text("Access key (AK), together with `secret_key`. Environment: `HW_ACCESS_KEY`.", true),
			"secret_key":     text("Secret key (SK), together with `access_key`. Environment: `HW_SECRET_KEY`.", true),
			"security_token": text("Security token of a temporary access key. Environment: `HW_SECURITY_TOKEN`.", true),
			"project_id":     text("Project ID, sent as `X-Project-Id` if it is set. Environment: `HW_PROJECT_ID`.", false),
			"domain_id":      text("Account (domain) ID, sent as `X-Domain-Id` if it is set. Environment: `HW_DOMAIN_ID`.", false),
			"insecure": schema.BoolAttribute{
				MarkdownDescription: "Whether to accept any certificate of the endpoint. Whoever is on the way can then read and change everything. " +
					"Environment: `HW_INSECURE`. Default: `false`.",
				Optional: true,
			},
			"cacert_file": schema.StringAttribute{
				MarkdownDescription: "Path of a file of CA certificates in PEM form to trust instead of the system's. Environment: `OS_CACERT`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("How often a page is asked for again after a failure that may pass (a broken connection, throttling, "+
					"a server error), 0 to 100. Environment: `HW_MAX_RETRIES`. Default: `%d`.", defaultMaxRetries),
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, maxMaxRetries)},
			},
		},
	}
}

func (p *cocProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config, diags := resolve(model)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.UserAgent = userAgent(p.version, req.TerraformVersion)
	config.OnAttempt = logAttempt
	client, err := coc.New(config)
	if err != nil {
		resp.Diagnostics.AddError("Unusable provider configuration", err.Error())
		return
	}
	resp.DataSourceData = client
}

func (p *cocProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newExecutionInstancesDataSource}
}

func (p *cocProvider) Resources(context.Context) []func() resource.Resource { return nil }
