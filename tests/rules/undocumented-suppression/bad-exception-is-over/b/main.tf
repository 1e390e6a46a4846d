#tfsec:ignore:aws-s3-enable-versioning
resource "aws_s3_bucket" "orders" {}
