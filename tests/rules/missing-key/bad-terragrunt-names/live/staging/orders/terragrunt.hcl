terraform {
  source = "../../../modules/orders"
}

inputs = {
  namespace   = "orders"
  bucket_name = "orders-staging"
}
