bucket = "orders-test"
queue = "orders-staging"
