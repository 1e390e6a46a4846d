module "web" {
  source = "./web"
  size   = 1
}
