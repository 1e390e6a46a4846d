variable "retention" {
  type    = number
  default = 7
}

variable "bucket_name" {
  type    = string
  default = "orders"
}

resource "aws_s3_bucket" "orders" {
  bucket = var.bucket_name
}
