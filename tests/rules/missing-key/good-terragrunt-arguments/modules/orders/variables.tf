variable "namespace" {}

variable "bucket_name" {
  default = "orders"
}
