inputs = {
  retries = 3
  timeout = 30
}
