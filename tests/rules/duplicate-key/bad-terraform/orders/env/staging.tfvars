retries = 3
limits = {
  burst = 10
}
