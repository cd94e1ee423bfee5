export HW_ACCESS_KEY="my-temporary-access-key"
export HW_SECRET_KEY="my-temporary-secret-key"
export HW_SECURITY_TOKEN="my-security-token"
