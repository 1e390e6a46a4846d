module "web" {
  source = "./web"
  size   = 1

  depends_on = [module.network]
}
