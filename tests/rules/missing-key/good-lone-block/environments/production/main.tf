module "web" {
  source = "./web"
  size   = var.size
}

variable "size" {
  default = 1
}

module "archive" {
  source = "./archive"
  days   = var.archive_days
}

variable "archive_days" {
  default = 30
}
