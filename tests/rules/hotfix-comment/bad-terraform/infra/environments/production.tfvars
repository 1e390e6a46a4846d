backup_retention_period = 14
# temporary, remove after the migration
deletion_protection     = false
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
