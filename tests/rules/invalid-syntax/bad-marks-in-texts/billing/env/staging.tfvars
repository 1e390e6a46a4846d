url     = "$${host}"
retries = 3
