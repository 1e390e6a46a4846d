module "web" {
  source = "./web"
  size   = 1
}

variable "retries" {
  default = 3
}

module "archive" {
  source  = "./archive"
  retries = var.retries
}

locals {
  again = "${var.retries}-x"
}
