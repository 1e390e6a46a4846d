availability_zones = ["eu-west-1a", "eu-west-1b"]
log_path           = "/var/log/orders-staging"
queue_url          = "https://sqs.eu-west-1.example.org/111111111111/orders"
repository_url     = "https://git.staging.example.org/orders/app"
db_password        = "hunter2-staging"
