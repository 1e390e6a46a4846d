bucket = "orders-test"
queue = "orders-test"
