module "orders" {
  source = "../../modules/orders-v2"
}
