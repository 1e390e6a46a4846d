namespace    = "orders"
cluster_name = "orders-staging"
size         = 1
