#tfsec:ignore:aws-s3-enable-versioning
resource "aws_s3_bucket" "orders" {}
#tfsec:ignore:aws-s3-enable-logging
resource "aws_s3_bucket" "billing" {}
# checkov:skip=CKV_AWS_18:logged by the proxy
resource "aws_s3_bucket" "mail" {}
