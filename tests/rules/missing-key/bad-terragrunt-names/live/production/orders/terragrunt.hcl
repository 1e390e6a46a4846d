terraform {
  source = "../../../modules/orders"
}

inputs = {
  bucket_name = "orders-production"
}
