variable "namespace" {
  type = string
}

variable "cluster_name" {
  type    = string
  default = "orders"
}

variable "size" {
  type = number
}
