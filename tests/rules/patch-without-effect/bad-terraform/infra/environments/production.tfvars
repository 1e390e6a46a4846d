backup_retention_period = 14
deletion_protection     = true
instance_class          = "db.m6g.large"
domain                  = "orders.production.example.org"

databases = {
  orders = {
    engine_version = "16.3"
    parameters = {
      max_connections = "300"
    }
  }
}

log_retention_in_dais = 30
