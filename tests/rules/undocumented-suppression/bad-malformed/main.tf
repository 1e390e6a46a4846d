# checkov:skip: CKV_AWS_18 logs go elsewhere
resource "aws_s3_bucket" "orders" {}

# ts:skip=AC_AWS_0366 no personal data
resource "aws_sqs_queue" "orders" {}

# tflint-ignore: terraform_unused_declarations because a module reads it
variable "region" {}
