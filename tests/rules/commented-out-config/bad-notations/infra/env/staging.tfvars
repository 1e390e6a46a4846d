retries = 3
mode = "fast"
