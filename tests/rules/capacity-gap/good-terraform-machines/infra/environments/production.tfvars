cache_node_type = "cache.r6g.large"
instance_size   = "large"
machine_type    = "n2-standard-4"
plan_sku        = "P0v3"
redis_tier      = "STANDARD_HA"
vm_size         = "Standard_D4ds_v5"
worker_vm_size  = "Standard_E4s_v5"
databases = {
  orders = {
    instance = "db.m6g.large"
  }
}
