cache_node_type = "cache.r6g.large"
instance_size   = "large"
machine_type    = "n2-standard-8"
plan_sku        = "P2v3"
pool_tier       = "MemoryBalanced"
redis_tier      = "PREMIUM"
vm_size         = "Standard_D8s_v3"
databases = {
  orders = {
    instance = "db.r5.large"
  }
}
