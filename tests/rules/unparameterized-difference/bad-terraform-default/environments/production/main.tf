module "orders" {
  source  = "../../modules/orders"
  timeout = 90
}
