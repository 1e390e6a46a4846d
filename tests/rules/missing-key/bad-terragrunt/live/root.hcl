inputs = {
  owner = "nordwerk"
}
