export HC_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:8080/v1/credentials"
export HC_CONTAINER_AUTHORIZATION_TOKEN_FILE="/var/run/secrets/tokens/pod-identity-token"
