resource "aws_db_instance" "orders" {
  for_each       = var.databases
  engine_version = each.value.engine_version
}
