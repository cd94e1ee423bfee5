package provider

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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
	_ validator.Object = assumeRoleValidator{}
	_ validator.Object = assumeRoleWithOIDCValidator{}
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

// The environment variables of iam_endpoint and sts_endpoint, which package auth reads.
const (
	envIAMEndpoint = auth.EnvSDKIAMEndpoint
	envSTSEndpoint = auth.EnvSDKSTSEndpoint
)

// The limits of duration, in seconds.
const (
	minDuration       = int64(auth.MinDuration / time.Second)
	maxDurationByName = int64(auth.MaxDurationByName / time.Second)
	maxDurationByID   = int64(auth.MaxDurationByID / time.Second)
	defaultDuration   = int64(auth.DefaultDuration / time.Second)
)

// nameForm matches a name without blanks around it and without control characters in it.
var nameForm = regexp.MustCompile(`^[^\s\pC]([^\pC]*[^\s\pC])?$`)

const nameMessage = "must be a name, not empty and without blanks or line ends around it"

// ofAgency is said of the IDs in the provider block.
const ofAgency = " With an agency it is the agency's account that the ID must belong to: one in the block is sent, one from the environment " +
	"or a profile is not, as it is the first account's."

// credentialBlocks are the nested blocks of the provider block.
func credentialBlocks() map[string]schema.Block {
	isName := stringvalidator.RegexMatches(nameForm, nameMessage)
	required := func(description string, v validator.String) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Required: true, Validators: []validator.String{v}}
	}
	optional := func(description string, v validator.String) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.String{v}}
	}
	idToken := optional("Token of the identity provider, a JWT. Exactly one of `id_token` and `id_token_file`. A token that expires before "+
		"the run ends belongs into a file.", visibleValidator(true))
	idToken.Sensitive = true
	return map[string]schema.Block{
		auth.BlockAgency: schema.ListNestedBlock{
			MarkdownDescription: "Agency in another account to act as, with the credentials that were found. Several blocks are a chain: each agency " +
				"is assumed with the keys of the one before. Without this block and `assume_role_with_oidc`, the environment counts: `" + auth.EnvAssumeAgencyName + "`, `" +
				auth.EnvAssumeDomainName + "` or `" + auth.EnvAssumeDomainID + "`, and `" + auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_name": optional("Name of the account that the agency belongs to. Exactly one of `domain_name` and `domain_id`. "+
						"With a name, IAM is asked for the keys.", isName),
					"domain_id": optional("ID of the account that the agency belongs to. With an ID, STS is asked for the keys.",
						visibleValidator(false)),
					"duration": schema.Int64Attribute{
						MarkdownDescription: fmt.Sprintf("How long the keys are valid, in seconds: %d to %d with `domain_name`, %d to %d with `domain_id`. "+
							"They are renewed in time, so that it does not limit a run. From the second block on, behind "+
							"`assume_role_with_oidc`, and by ID with temporary keys, at most 3600 is asked for. "+
							"Default: `%d`.",
							minDuration, maxDurationByName, minDuration, maxDurationByID, defaultDuration),
						Optional: true,
					},
				},
				Validators: []validator.Object{assumeRoleValidator{}},
			},
		},
		auth.BlockOIDC: schema.ListNestedBlock{
			MarkdownDescription: "Agency to act as by the token of an identity provider (OpenID Connect), without any keys. No other credentials are " +
				"looked for then. At most one block. Without this block and `assume_role`, the environment counts: `" + auth.EnvAssumeAgencyName + "`, `" +
				auth.EnvAssumeDomainID + "`, `" + auth.EnvAssumeProviderID + "`, `" + auth.EnvAssumeIDToken + "` or `" + auth.EnvAssumeIDTokenFile + "`, and `" +
				auth.EnvAssumeDuration + "`.",
			NestedObject: schema.NestedBlockObject{
				Attributes: map[string]schema.Attribute{
					"agency_name": required("Name of the agency.", isName),
					"domain_id": required("ID of the account that the agency belongs to.",
						visibleValidator(false)),
					"idp_id": required("Name of the identity provider, as IAM lists it.",
						visibleValidator(false)),
					"id_token": idToken,
					"id_token_file": optional("Path of a file with the token of the identity provider. It is read anew for each renewal, and blanks and "+
						"line ends around the token are dropped. A leading `~` is the home directory.",
						stringvalidator.RegexMatches(nameForm, "must be a path, not empty and without blanks or line ends around it")),
					"duration": schema.Int64Attribute{
						MarkdownDescription: fmt.Sprintf("How long the keys are valid, in seconds, %d to %d. They are renewed in time. STS makes it 3600 at most, so that more "+
							"is asked for as 3600. Default: `%d`.", minDuration, maxDurationByID, defaultDuration),
						Optional:   true,
						Validators: []validator.Int64{int64validator.Between(minDuration, maxDurationByID)},
					},
				},
				Validators: []validator.Object{assumeRoleWithOIDCValidator{}},
			},
			Validators: []validator.List{listvalidator.SizeAtMost(1)},
		},
	}
}

// assumeRoleValidator checks what two attributes of a block assume_role must be together.
type assumeRoleValidator struct{}

func (assumeRoleValidator) Description(context.Context) string {
	return "must have exactly one of domain_name and domain_id"
}

func (v assumeRoleValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (assumeRoleValidator) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	var m assumeRoleModel
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if resp.Diagnostics.Append(req.ConfigValue.As(ctx, &m, basetypes.ObjectAsOptions{})...); resp.Diagnostics.HasError() {
		return
	}
	at := req.Path.AtName("domain_id")
	switch {
	case m.DomainName.IsUnknown() || m.DomainID.IsUnknown():
		return
	case m.DomainName.IsNull() && m.DomainID.IsNull():
		resp.Diagnostics.AddAttributeError(at, "No account of the agency",
			fmt.Sprintf("%s has neither domain_name nor domain_id. Set the one that you know, the name or the ID of the account that the agency belongs to.", req.Path))
	case !m.DomainName.IsNull() && !m.DomainID.IsNull():
		resp.Diagnostics.AddAttributeError(at, "Two accounts of one agency",
			fmt.Sprintf("%s has both domain_name and domain_id. Leave one of them: with the name, IAM is asked for the keys, with the ID, STS.", req.Path))
	}
	maximum, by := maxDurationByName, "domain_name"
	if !m.DomainID.IsNull() {
		maximum, by = maxDurationByID, "domain_id"
	}
	if d := m.Duration; !d.IsNull() && !d.IsUnknown() && (d.ValueInt64() < minDuration || d.ValueInt64() > maximum) {
		at := req.Path.AtName("duration")
		resp.Diagnostics.AddAttributeError(at, "Invalid attribute value",
			fmt.Sprintf("%s must be between %d and %d seconds with %s, got %d.", at, minDuration, maximum, by, d.ValueInt64()))
	}
}

// assumeRoleWithOIDCValidator checks for exactly one token in a block assume_role_with_oidc.
type assumeRoleWithOIDCValidator struct{}

func (assumeRoleWithOIDCValidator) Description(context.Context) string {
	return "must have exactly one of id_token and id_token_file"
}

func (v assumeRoleWithOIDCValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (assumeRoleWithOIDCValidator) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	var m assumeRoleWithOIDCModel
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if resp.Diagnostics.Append(req.ConfigValue.As(ctx, &m, basetypes.ObjectAsOptions{})...); resp.Diagnostics.HasError() {
		return
	}
	at := req.Path.AtName("id_token_file")
	switch {
	case m.IDToken.IsUnknown() || m.IDTokenFile.IsUnknown():
	case m.IDToken.IsNull() && m.IDTokenFile.IsNull():
		resp.Diagnostics.AddAttributeError(at, "No ID token", fmt.Sprintf("%s has neither id_token nor id_token_file. Set one of them.", req.Path))
	case !m.IDToken.IsNull() && !m.IDTokenFile.IsNull():
		resp.Diagnostics.AddAttributeError(at, "Two ID tokens", fmt.Sprintf("%s has both id_token and id_token_file. Leave one of them.", req.Path))
	}
}

// readAgencies reads the nested blocks into agencies and oidc. It adds an error for each value in them that is not known yet.
func (r *resolver) readAgencies(ctx context.Context) {
	for i, m := range blocksOf[assumeRoleModel](ctx, r, auth.BlockAgency, r.model.AssumeRole) {
		at := path.Root(auth.BlockAgency).AtListIndex(i)
		r.refuseUnknownAt(at.AtName("agency_name"), m.AgencyName)
		r.refuseUnknownAt(at.AtName("domain_name"), m.DomainName)
		r.refuseUnknownAt(at.AtName("domain_id"), m.DomainID)
		r.refuseUnknownAt(at.AtName("duration"), m.Duration)
		r.agencies = append(r.agencies, auth.Agency{
			Name: m.AgencyName.ValueString(), DomainName: m.DomainName.ValueString(), DomainID: m.DomainID.ValueString(), Duration: seconds(m.Duration),
		})
	}
	for i, m := range blocksOf[assumeRoleWithOIDCModel](ctx, r, auth.BlockOIDC, r.model.AssumeRoleWithOIDC) {
		at := path.Root(auth.BlockOIDC).AtListIndex(i)
		r.refuseUnknownAt(at.AtName("agency_name"), m.AgencyName)
		r.refuseUnknownAt(at.AtName("domain_id"), m.DomainID)
		r.refuseUnknownAt(at.AtName("idp_id"), m.IDPID)
		r.refuseUnknownAt(at.AtName("id_token"), m.IDToken)
		r.refuseUnknownAt(at.AtName("id_token_file"), m.IDTokenFile)
		r.refuseUnknownAt(at.AtName("duration"), m.Duration)
		r.oidc = &auth.OIDC{
			AgencyName: m.AgencyName.ValueString(), DomainID: m.DomainID.ValueString(), ProviderID: m.IDPID.ValueString(),
			Token: m.IDToken.ValueString(), TokenFile: m.IDTokenFile.ValueString(), Duration: seconds(m.Duration),
		}
	}
}

// blocksOf decodes the nested blocks of a name. If their number is not known yet, it adds an error and returns none.
func blocksOf[T any](ctx context.Context, r *resolver, name string, list types.List) (blocks []T) {
	if list.IsUnknown() {
		r.refuseUnknownAt(path.Root(name), list)
		return nil
	}
	r.diags.Append(list.ElementsAs(ctx, &blocks, false)...)
	return blocks
}

func seconds(duration types.Int64) time.Duration {
	return time.Duration(duration.ValueInt64()) * time.Second
}

// diagnosticAt adds a path to a diagnostic. It adds no empty path.
func diagnosticAt(d diag.Diagnostic, at path.Path) diag.Diagnostic {
	if at.Equal(path.Empty()) {
		return d
	}
	return diag.WithPath(at, d)
}

// pathOf returns where a problem is in the provider block. The path is empty if the problem is about nothing in the block.
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
