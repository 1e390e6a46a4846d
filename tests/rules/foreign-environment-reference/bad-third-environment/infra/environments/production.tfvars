bucket = "orders-test"
queue = "orders-production"
