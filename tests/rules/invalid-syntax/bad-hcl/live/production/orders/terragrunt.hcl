inputs = {
  retries =
  timeout = 30
}
