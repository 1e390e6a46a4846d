terraform {
  required_version = "~> 1.9"
  backend "s3" {
    bucket = "nordwerk-staging-state"
    key    = "orders.tfstate"
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

locals {
  retention = 30
}

module "cluster" {
  source   = "git::https://git.example.org/modules.git//cluster?ref=v4.2.0"
  name     = "orders-staging"
  min_size = 2
}

resource "aws_security_group" "db" {
  name = "orders-staging"

  ingress {
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["10.1.0.0/16"]
  }
}

resource "aws_ebs_volume" "data" {
  encrypted = true
  size      = 100
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/orders/staging"
  retention_in_days = local.retention
}
