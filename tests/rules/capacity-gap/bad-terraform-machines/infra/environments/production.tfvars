cache_node_type = "cache.t3.micro"
instance_size   = "small"
machine_type    = "e2-micro"
plan_sku        = "B1"
pool_tier       = "ComputeBalanced"
redis_tier      = "BASIC"
vm_size         = "Standard_B1s"
databases = {
  orders = {
    instance = "db.t3.micro"
  }
}
