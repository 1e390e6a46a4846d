module "web" {
  source = "./web"
  size   = 1
}

locals {
  again = "3-x"
}
