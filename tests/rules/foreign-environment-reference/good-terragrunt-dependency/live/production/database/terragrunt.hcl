inputs = {
  storage = 100
}
