variable "cache_seconds" {
  type = number
}

variable "queue" {
  type = string
}
