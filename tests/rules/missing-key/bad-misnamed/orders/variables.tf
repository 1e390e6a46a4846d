variable "retries" {
  type = number
}

variable "cache_seconds" {
  type = number
}
