backup_retention_period = 14
deletion_protection     = false
instance_class          = "db.m6g.large"
domain                  = "orders.production.example.org"

databases = {
  orders = {
    engine_version = "16.3"
    parameters = {
      work_mem = "64MB"
    }
  }
}
