cache_node_type = "cache.t3.xlarge"
instance_size   = "small"
machine_type    = "e2-standard-8"
plan_sku        = "B1"
redis_tier      = "BASIC"
vm_size         = "Standard_D4s_v3"
worker_vm_size  = "Standard_D8s_v3"
databases = {
  orders = {
    instance = "db.t3.medium"
  }
}
