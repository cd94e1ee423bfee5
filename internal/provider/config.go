package provider

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// defaultMaxRetries is how often a page is asked for again unless the user says otherwise, maxMaxRetries the most they can say.
const defaultMaxRetries, maxMaxRetries = 5, 100

type providerModel struct {
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
}

// The environment variables are those that users of the big Huawei Cloud provider have in their shells.
const (
	envRegion           = "HW_REGION_NAME"
	envEndpoint         = "COC_ENDPOINT"
	envAccessKey        = "HW_ACCESS_KEY"
	envSecretKey        = "HW_SECRET_KEY"
	envSecurityToken    = "HW_SECURITY_TOKEN"
	envToken            = "HW_AUTH_TOKEN"
	envSharedConfigFile = "HW_SHARED_CONFIG_FILE"
	envProfile          = "HW_PROFILE"
	envProjectID        = "HW_PROJECT_ID"
	envDomainID         = "HW_DOMAIN_ID"
	envInsecure         = "HW_INSECURE"
	envCACert           = "OS_CACERT"
	envMaxRetries       = "HW_MAX_RETRIES"
	envMetadataDisabled = "COC_METADATA_DISABLED"
)

// resolve makes one configuration of the provider block, the environment and the files that hold credentials.
func resolve(ctx context.Context, m providerModel) (coc.Config, diag.Diagnostics) {
	r := &resolver{model: m}
	r.refuseUnknowns()
	if r.diags.HasError() {
		return coc.Config{}, r.diags
	}
	config := coc.Config{MaxRetries: r.maxRetries(), Insecure: r.insecure(), CACert: r.caCert()}
	region := r.text("region", m.Region, envRegion, regionID, regionMessage)
	config.ProjectID = r.text("project_id", m.ProjectID, envProjectID, visible, visibleMessage)
	config.DomainID = r.text("domain_id", m.DomainID, envDomainID, visible, visibleMessage)
	config.Endpoint = r.endpoint()
	if r.diags.HasError() {
		return coc.Config{}, r.diags // before a source is asked over the network
	}
	if found := r.credentials(ctx); found != nil {
		config.Credentials = found.credentials
		region = cmp.Or(region, found.region, coc.DefaultRegion)
		config.ProjectID = cmp.Or(config.ProjectID, found.projectID)
		config.DomainID = cmp.Or(config.DomainID, found.domainID)
		config.Endpoint = cmp.Or(config.Endpoint, coc.EndpointForRegion(region))
	}
	return config, r.diags
}

// resolver collects what is wrong with a configuration.
type resolver struct {
	model providerModel
	diags diag.Diagnostics
}

func (r *resolver) refuseUnknowns() {
	m := r.model
	for _, argument := range []struct {
		name  string
		value attr.Value
	}{
		{"region", m.Region}, {"endpoint", m.Endpoint},
		{"access_key", m.AccessKey}, {"secret_key", m.SecretKey}, {"security_token", m.SecurityToken}, {"token", m.Token},
		{"shared_config_file", m.SharedConfigFile}, {"profile", m.Profile}, {"project_id", m.ProjectID}, {"domain_id", m.DomainID},
		{"insecure", m.Insecure}, {"cacert_file", m.CACertFile}, {"max_retries", m.MaxRetries},
	} {
		r.refuseUnknown(argument.name, argument.value)
	}
}

// refuseUnknown: falling back to the environment could act on the wrong account.
func (r *resolver) refuseUnknown(name string, value attr.Value) {
	if value.IsUnknown() {
		r.diags.AddAttributeError(path.Root(name), "Provider argument not known yet",
			fmt.Sprintf("The value of %q is known only after apply, but the provider needs it to plan. Set it to a value that is known "+
				"when planning, or apply what it depends on first (terraform apply -target=…).", name))
	}
}

// text takes an argument, or else its environment variable, whose form it checks as the schema does the argument's.
func (r *resolver) text(name string, value types.String, env string, form *regexp.Regexp, message string) string {
	if !value.IsNull() {
		return value.ValueString()
	}
	v := os.Getenv(env)
	if v != "" && !form.MatchString(v) {
		r.malformed(name, env, message)
	}
	return v
}

func (r *resolver) malformed(name, env, message string) {
	r.diags.AddAttributeError(path.Root(name), "Malformed environment variable", fmt.Sprintf("%s: %s.", env, message))
}

// endpoint returns the endpoint that somebody named, empty if the region is to choose.
func (r *resolver) endpoint() string {
	if !r.model.Endpoint.IsNull() {
		return r.model.Endpoint.ValueString()
	}
	endpoint := os.Getenv(envEndpoint)
	if endpoint != "" {
		if _, err := coc.ParseEndpoint(endpoint); err != nil {
			r.malformed("endpoint", envEndpoint, err.Error())
		}
	}
	return endpoint
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
		r.malformed("max_retries", envMaxRetries, fmt.Sprintf("must be a number from 0 to %d", maxMaxRetries))
	}
	return n
}

func (r *resolver) insecure() bool {
	insecure := r.model.Insecure.ValueBool()
	if v := os.Getenv(envInsecure); r.model.Insecure.IsNull() && v != "" {
		var err error
		if insecure, err = strconv.ParseBool(v); err != nil {
			r.malformed("insecure", envInsecure, "must be true or false")
		}
	}
	if insecure {
		r.diags.AddAttributeWarning(path.Root("insecure"), "Certificates are not verified",
			"Whoever is on the way to the endpoint can read and change what is sent, credentials included. Set cacert_file instead, to the CA that the endpoint's certificate is from.")
	}
	return insecure
}

func (r *resolver) caCert() []byte {
	file, source := r.model.CACertFile.ValueString(), "cacert_file"
	if r.model.CACertFile.IsNull() {
		file, source = os.Getenv(envCACert), envCACert
	}
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(expandHome(file)) //nolint:gosec // it is the user who names it
	if err == nil {
		err = coc.CheckCACert(pem)
	}
	if err != nil {
		r.diags.AddAttributeError(path.Root("cacert_file"), "Unusable CA certificates", fmt.Sprintf("%s: %s.", source, err))
	}
	return pem
}

// expandHome replaces a leading ~ by the user's home.
func expandHome(file string) string {
	if rest, ok := strings.CutPrefix(file, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return file
}

// userAgent names the provider and Terraform, and what TF_APPEND_USER_AGENT adds, as far as a header can hold it.
func userAgent(version, terraform string) string {
	agent := fmt.Sprintf("Terraform/%s terraform-provider-coc/%s", terraform, version)
	for _, word := range strings.Fields(os.Getenv("TF_APPEND_USER_AGENT")) {
		if visible.MatchString(word) {
			agent += " " + word
		}
	}
	return agent
}
