terraform {
  required_version = "~> 1.9"
  backend "s3" {
    bucket = "nordwerk-production-state"
    key    = "orders.tfstate"
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

locals {
  retention = 30
}

module "cluster" {
  source   = "git::https://git.example.org/modules.git//cluster?ref=v4.2.0"
  name     = "orders-production"
  min_size = 3
}

resource "aws_security_group" "db" {
  name = "orders-production"

  ingress {
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["10.2.0.0/16"]
  }
}

resource "aws_ebs_volume" "data" {
  encrypted = true
  size      = 100
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/orders/production"
  retention_in_days = local.retention
}
