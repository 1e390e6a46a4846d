data "nordwerk_policy" "orders" {
  statement {
    actions = ["orders:Read", "orders:List"]
  }
}
