module "orders" {
  source  = "../../modules/orders"
  retries = 3
}
