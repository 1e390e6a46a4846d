# checkov:skip=CKV_AWS_18
