variable "bucket" {}
variable "queue" {}
