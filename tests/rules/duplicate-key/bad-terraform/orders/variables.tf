variable "retries" {
  type = number
}

variable "limits" {
  type = map(number)
}
