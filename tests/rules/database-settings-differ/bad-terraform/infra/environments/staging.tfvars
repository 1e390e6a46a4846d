backup_retention_period = 7
deletion_protection     = true
instance_class          = "db.t4g.medium"
domain                  = "orders.staging.example.org"

databases = {
  orders = {
    engine_version = "16.3"
    parameters = {
      max_connections = "300"
    }
  }
}
