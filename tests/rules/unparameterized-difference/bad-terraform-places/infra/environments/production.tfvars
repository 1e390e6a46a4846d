availability_zones = ["eu-west-1a"]
health_check_path  = "/"
repository_url     = "https://git.example.org/billing/app"
password_min_length = 8
