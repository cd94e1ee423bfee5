export HW_AUTH_TOKEN="my-iam-token"
