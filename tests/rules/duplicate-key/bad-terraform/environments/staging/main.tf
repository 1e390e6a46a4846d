resource "aws_db_instance" "orders" {
  multi_az = true
}
