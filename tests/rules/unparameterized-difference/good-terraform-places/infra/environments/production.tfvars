availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
log_path           = "/var/log/orders-production"
queue_url          = "https://sqs.eu-west-1.example.org/222222222222/orders"
repository_url     = "https://git.example.org/orders/app"
db_password        = "swordfish"
