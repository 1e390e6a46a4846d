variable "timeout" {
  type    = number
  default = 30
}

variable "retries" {
  type    = number
  default = 3
}
