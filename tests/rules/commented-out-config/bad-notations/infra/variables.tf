variable "retries" {
  default = 1
}
variable "mode" {}
