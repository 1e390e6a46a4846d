resource "aws_s3_bucket" "orders" {
  # checkov:skip=CKV_AWS_18:access is logged by the proxy, owner=@nordwerk/ops until 2027-03-01
  bucket = "nordwerk-orders"
}

# the ERP has no fixed address, @nordwerk/orders
resource "aws_security_group_rule" "erp" {
  # partner networks only, @nordwerk/orders
  cidr_blocks = ["0.0.0.0/0"] #tfsec:ignore:aws-vpc-no-public-ingress-sgr:exp:2027-01-31
}
