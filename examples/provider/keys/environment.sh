export HW_ACCESS_KEY="my-access-key"
export HW_SECRET_KEY="my-secret-key"
