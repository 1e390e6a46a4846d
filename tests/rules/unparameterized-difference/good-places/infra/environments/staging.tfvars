cors_origins = ["https://orders.staging.example.org"]
