data "nordwerk_policy" "orders" {
  statement {
    actions = ["*"]
  }
}
