variable "url" {}
variable "retries" {}
