export HUAWEICLOUD_SDK_AK="my-access-key"
export HUAWEICLOUD_SDK_SK="my-secret-key"
