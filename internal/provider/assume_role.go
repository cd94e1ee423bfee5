package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/cocops/terraform-provider-coc/internal/auth"
)

// This file has the blocks assume_role and assume_role_with_oidc, by which the provider acts in another account.

var (
	_ validator.Object = togetherValidator[assumeRoleModel]{}
	_ validator.Object = togetherValidator[assumeRoleWithOIDCModel]{}
)

type assumeRoleModel struct {
	AgencyName types.String `tfsdk:"agency_name"`
	DomainName types.String `tfsdk:"domain_name"`
	DomainID   types.String `tfsdk:"domain_id"`
	Duration   types.Int64  `tfsdk:"duration"`
}

type assumeRoleWithOIDCModel struct {
	AgencyName  types.String `tfsdk:"agency_name"`
	DomainID    types.String `tfsdk:"domain_id"`
	IDPID       types.String `tfsdk:"idp_id"`
	IDToken     types.String `tfsdk:"id_token"`
	IDTokenFile types.String `tfsdk:"id_token_file"`
	Duration    types.Int64  `tfsdk:"duration"`
}

// ofAgency is said of the IDs in the provider block.
const ofAgency = " With an agency it is the agency's account that the ID must belong to: one in the block is sent, " +
	"one from the environment or a profile is not, as it is the first account's."

// credentialBlocks are the nested blocks of the provider block.
func credentialBlocks() map[string]schema.Block {
	isName := stringvalidator.RegexMatches(auth.NameForm, auth.NameMessage)
	required := func(description string, v validator.String) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Required: true, Validators: []validator.String{v}}
	}
	visible := visibleValidator(false)
	duration := func(text string, numbers ...any) schema.Int64Attribute {
		text = fmt.Sprintf("How long the keys are valid, in seconds: "+text+" Default: `%[1]d`.", numbers...)
		return schema.Int64Attribute{MarkdownDescription: text, Optional: true}
	}
	idToken := optional("Token of the identity provider, a JWT. Exactly one of `id_token` and `id_token_file`. A token "+
		"that expires before the run ends belongs in a file.", visibleValidator(true))
	idToken.Sensitive = true
	return map[string]schema.Block{
		auth.BlockAgency: schema.ListNestedBlock{
			MarkdownDescription: "Agency in another account to act as, with the credentials that were found. Several blocks " +
				"are a chain: each agency is assumed with the keys of the one before. Without this block and " +
				"`assume_role_with_oidc`, the environment counts: `" + auth.EnvAssumeAgencyName + "`, `" +
				auth.EnvAssumeDomainName + "` or `" + auth.EnvAssumeDomainID + "`, and `" + auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_name": optional("Name of the account that the agency belongs to. Exactly one of `domain_name` and "+
						"`domain_id`. With a name, IAM is asked for the keys.", isName),
					"domain_id": optional("ID of the account that the agency belongs to. With an ID, STS is asked for the keys.",
						visible),
					"duration": duration("%[2]d to %[3]d with `domain_name`, %[2]d to %[4]d with `domain_id`. They are renewed in "+
						"time, so that it does not limit a run. From the second block on, after `assume_role_with_oidc`, and by ID "+
						"with temporary keys, the provider asks for at most 3600.",
						auth.DefaultDuration, auth.MinDuration, auth.MaxDurationByName, auth.MaxDurationByID),
				},
				Validators: []validator.Object{
					togetherValidator[assumeRoleModel]{"must have exactly one of domain_name and domain_id"},
				},
			},
		},
		auth.BlockOIDC: schema.ListNestedBlock{
			MarkdownDescription: "Agency to act as by the token of an identity provider (OpenID Connect), without any keys. " +
				"No other credentials are looked for then. At most one block. Without this block and `assume_role`, the " +
				"environment counts: `" + auth.EnvAssumeAgencyName + "`, `" + auth.EnvAssumeDomainID + "`, `" +
				auth.EnvAssumeProviderID + "`, `" + auth.EnvAssumeIDToken + "` or `" + auth.EnvAssumeIDTokenFile + "`, and `" +
				auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_id":   required("ID of the account that the agency belongs to.", visible),
					"idp_id":      required("Name of the identity provider, as IAM lists it.", visible),
					"id_token":    idToken,
					"id_token_file": optional("Path of a file with the token of the identity provider. It is read anew for each "+
						"renewal, and blanks and line ends around the token are dropped. A leading `~` is the home directory.",
						stringvalidator.RegexMatches(auth.NameForm, auth.PathMessage)),
					"duration": duration("%[2]d to %[3]d. They are renewed in time. STS makes it 3600 at most, so the provider "+
						"asks for 3600 instead of more.", auth.DefaultDuration, auth.MinDuration, auth.MaxDurationByID),
				},
				Validators: []validator.Object{
					togetherValidator[assumeRoleWithOIDCModel]{"must have exactly one of id_token and id_token_file"},
				},
			},
			Validators: []validator.List{listvalidator.SizeAtMost(1)},
		},
	}
}

func (m assumeRoleModel) agency() auth.Agency {
	return auth.Agency{
		Name: m.AgencyName.ValueString(), DomainName: m.DomainName.ValueString(), DomainID: m.DomainID.ValueString(),
		Duration: m.Duration.ValueInt64Pointer(),
	}
}

func (m assumeRoleWithOIDCModel) oidc() auth.OIDC {
	return auth.OIDC{
		AgencyName: m.AgencyName.ValueString(), DomainID: m.DomainID.ValueString(), ProviderID: m.IDPID.ValueString(),
		Token: m.IDToken.ValueString(), TokenFile: m.IDTokenFile.ValueString(), Duration: m.Duration.ValueInt64Pointer(),
	}
}

func (m assumeRoleModel) validate() *auth.Problem         { return m.agency().Validate() }
func (m assumeRoleWithOIDCModel) validate() *auth.Problem { return m.oidc().Validate() }

// togetherValidator checks what the arguments of a block must be together. Package auth has the rules.
type togetherValidator[M interface{ validate() *auth.Problem }] struct{ must }

func (v togetherValidator[M]) ValidateObject(
	ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse,
) {
	for _, value := range req.ConfigValue.Attributes() {
		if value.IsUnknown() || value.Equal(types.StringValue("")) {
			return // not known yet, or an error of that argument already
		}
	}
	var m M
	if diags := req.ConfigValue.As(ctx, &m, basetypes.ObjectAsOptions{}); diags.HasError() {
		resp.Diagnostics.Append(diags...)
	} else if p := m.validate(); p != nil {
		resp.Diagnostics.AddAttributeError(req.Path.AtName(p.Argument), p.Summary, fmt.Sprintf("%s: %s", req.Path, p.Detail))
	}
}

// diagnosticAt adds a path, unless it is empty, to a diagnostic.
func diagnosticAt(d diag.Diagnostic, at path.Path) diag.Diagnostic {
	if at.Equal(path.Empty()) {
		return d
	}
	return diag.WithPath(at, d)
}

// pathOf returns where a problem is in the provider block, an empty path if it is about nothing there.
func pathOf(p *auth.Problem) path.Path {
	at := path.Empty()
	if p.Block != "" {
		at = path.Root(p.Block).AtListIndex(p.Index)
	}
	if p.Argument != "" {
		at = at.AtName(p.Argument)
	}
	return at
}
