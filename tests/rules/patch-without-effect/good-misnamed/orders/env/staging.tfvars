retries       = 3
cache_seconds = 60
