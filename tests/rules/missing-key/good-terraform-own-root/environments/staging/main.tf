variable "retention" {
  type    = number
  default = 7
}

resource "aws_s3_bucket" "orders" {
  bucket = "orders-staging"
}
