retries = 3
limits = {
  burst   = 10
  "burst" = 20
}
retries = 5
