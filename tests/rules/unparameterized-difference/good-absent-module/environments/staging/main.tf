module "orders" {
  source = "../../modules/orders"
}
