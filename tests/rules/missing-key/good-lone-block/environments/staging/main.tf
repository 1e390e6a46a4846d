module "web" {
  source = "./web"
  size   = var.size
}

variable "size" {
  default = 1
}
