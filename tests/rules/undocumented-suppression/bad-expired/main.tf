# checkov:skip=CKV_AWS_18:logs come with the new proxy, @nordwerk/ops, until 2026-03-01
resource "aws_s3_bucket" "orders" {}

#tfsec:ignore:aws-s3-enable-versioning:exp:2022-02-02
resource "aws_s3_bucket" "billing" {}
