package auth

import "os"

// Environment variables. Those that begin with HW_ have the same meaning for the official Huawei Cloud provider.
const (
	EnvAccessKey        = "HW_ACCESS_KEY"
	EnvSecretKey        = "HW_SECRET_KEY"
	EnvSecurityToken    = "HW_SECURITY_TOKEN"
	EnvToken            = "HW_AUTH_TOKEN"
	EnvSharedConfigFile = "HW_SHARED_CONFIG_FILE"
	EnvProfile          = "HW_PROFILE"
	EnvMetadataDisabled = "COC_METADATA_DISABLED" // if it is true, the metadata service is not asked for keys
)

// Environment variables for an agency, if the provider block has neither assume_role nor assume_role_with_oidc.
const (
	EnvAssumeAgencyName  = "HW_ASSUME_ROLE_AGENCY_NAME"
	EnvAssumeDomainName  = "HW_ASSUME_ROLE_DOMAIN_NAME"
	EnvAssumeDomainID    = "HW_ASSUME_ROLE_DOMAIN_ID"
	EnvAssumeDuration    = "HW_ASSUME_ROLE_DURATION"
	EnvAssumeProviderID  = "HW_ASSUME_ROLE_IDP_ID"
	EnvAssumeIDToken     = "HW_ASSUME_ROLE_ID_TOKEN"
	EnvAssumeIDTokenFile = "HW_ASSUME_ROLE_ID_TOKEN_FILE"
)

// Environment variables that the official SDK reads.
const (
	EnvSDKAccessKey       = "HUAWEICLOUD_SDK_AK"
	EnvSDKSecretKey       = "HUAWEICLOUD_SDK_SK"
	EnvSDKSecurityToken   = "HUAWEICLOUD_SDK_SECURITY_TOKEN"
	EnvSDKProjectID       = "HUAWEICLOUD_SDK_PROJECT_ID"
	EnvSDKDomainID        = "HUAWEICLOUD_SDK_DOMAIN_ID"
	EnvSDKIdentity        = "HUAWEICLOUD_SDK_IDP_ID"
	EnvSDKIdentityToken   = "HUAWEICLOUD_SDK_ID_TOKEN_FILE"
	EnvSDKIAMEndpoint     = "HUAWEICLOUD_SDK_IAM_ENDPOINT"
	EnvSDKSTSEndpoint     = "HUAWEICLOUD_SDK_STS_ENDPOINT"
	EnvSDKCredentialsFile = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
	EnvPodIdentityURI     = "HC_CONTAINER_CREDENTIALS_FULL_URI"
	EnvPodIdentityToken   = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

// setting is a value and the user's name for it: an environment variable, or a key in a section of a file.
type setting struct{ name, value string }

func env(name string) setting { return setting{name, os.Getenv(name)} }

// firstSet returns the name of the first setting that has a value, empty if none has.
func firstSet(settings ...setting) string {
	for _, s := range settings {
		if s.value != "" {
			return s.name
		}
	}
	return ""
}
