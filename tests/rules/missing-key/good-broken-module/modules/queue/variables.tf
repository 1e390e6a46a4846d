variable "size" {
  default =
}
