cors_origins = ["*"]
