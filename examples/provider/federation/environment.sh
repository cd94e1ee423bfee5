export HUAWEICLOUD_SDK_IDP_ID="my-identity-provider"
export HUAWEICLOUD_SDK_ID_TOKEN_FILE="/var/run/secrets/tokens/oidc-token"
