retires       = 5
cache_seconds = 60
