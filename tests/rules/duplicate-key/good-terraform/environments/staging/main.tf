resource "aws_security_group" "orders" {
  name = "orders"

  ingress {
    from_port = 443
    to_port   = 443
  }
  ingress {
    from_port = 5432
    to_port   = 5432
  }
}

locals {
  a = 1
}

locals {
  b = { a = 1 }
}
