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

// This file has the blocks assume_role and assume_role_with_oidc, with which the provider acts in another account.

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

// ofAgency ends the descriptions of the provider's IDs.
const ofAgency = " With an agency, the ID must belong to the agency's account. In that case, an ID from the " +
	"environment or a profile is not sent, because it belongs to the first account."

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
	idToken := optional("Token (JWT) of the identity provider. Set exactly one of `id_token` and `id_token_file`. Use "+
		"a file for a token that expires before the run ends.", visibleValidator(true))
	idToken.Sensitive = true
	return map[string]schema.Block{
		auth.BlockAgency: schema.ListNestedBlock{
			MarkdownDescription: "Agency of another account. The provider acts as this agency, which it assumes with " +
				"the credentials that it found. Several blocks form a chain: each agency's keys are used to assume the " +
				"next. Without this block and `assume_role_with_oidc`, the provider reads the environment: `" +
				auth.EnvAssumeAgencyName + "`, `" + auth.EnvAssumeDomainName + "` or `" + auth.EnvAssumeDomainID + "`, and `" +
				auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_name": optional("Name of the account that the agency belongs to. Set exactly one of `domain_name` "+
						"and `domain_id`. With a name, the keys come from IAM.", isName),
					"domain_id": optional("ID of the account that the agency belongs to. With an ID, the keys come from STS.",
						visible),
					"duration": duration("%[2]d to %[3]d with `domain_name`, %[2]d to %[4]d with `domain_id`. The provider "+
						"renews them in time, so this does not limit a run. It asks for at most 3600 from the second block on, "+
						"after `assume_role_with_oidc`, and with temporary keys and `domain_id`.",
						auth.DefaultDuration, auth.MinDuration, auth.MaxDurationByName, auth.MaxDurationByID),
				},
				Validators: []validator.Object{
					togetherValidator[assumeRoleModel]{"must have exactly one of domain_name and domain_id"},
				},
			},
		},
		auth.BlockOIDC: schema.ListNestedBlock{
			MarkdownDescription: "Agency that the provider acts as with the token of an identity provider (OpenID " +
				"Connect), without any keys. It then looks for no other credentials. At most one block. Without this block " +
				"and `assume_role`, the provider reads the environment: `" +
				auth.EnvAssumeAgencyName + "`, `" + auth.EnvAssumeDomainID + "`, `" +
				auth.EnvAssumeProviderID + "`, `" + auth.EnvAssumeIDToken + "` or `" + auth.EnvAssumeIDTokenFile + "`, and `" +
				auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_id":   required("ID of the account that the agency belongs to.", visible),
					"idp_id":      required("Name of the identity provider, as IAM lists it.", visible),
					"id_token":    idToken,
					"id_token_file": optional("Path of a file with the token of the identity provider. It is read again for "+
						"each renewal; blanks and line ends around the token do not matter. A leading `~` means your home "+
						"directory.",
						stringvalidator.RegexMatches(auth.NameForm, auth.PathMessage)),
					"duration": duration("%[2]d to %[3]d. The provider renews them in time. STS grants 3600 at most, so the "+
						"provider never asks for more.", auth.DefaultDuration, auth.MinDuration, auth.MaxDurationByID),
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

// togetherValidator checks that the arguments of a block fit together. Package auth has the rules.
type togetherValidator[M interface{ validate() *auth.Problem }] struct{ must }

func (v togetherValidator[M]) ValidateObject(
	ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse,
) {
	for _, value := range req.ConfigValue.Attributes() {
		if value.IsUnknown() || value.Equal(types.StringValue("")) {
			return // not known yet, or already reported
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

// pathOf returns where a problem is in the provider block, or an empty path if it is elsewhere.
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
