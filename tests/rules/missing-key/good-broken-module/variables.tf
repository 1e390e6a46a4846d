variable "retries" {
  type = number
