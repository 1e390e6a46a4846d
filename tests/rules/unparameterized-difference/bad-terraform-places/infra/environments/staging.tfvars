availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
health_check_path  = "/healthz"
repository_url     = "https://git.example.org/orders/app"
password_min_length = 14
