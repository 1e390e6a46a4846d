url     = "$${host}"
retries =
