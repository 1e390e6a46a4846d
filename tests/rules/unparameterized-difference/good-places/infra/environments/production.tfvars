cors_origins = ["https://shop.example.net"]
