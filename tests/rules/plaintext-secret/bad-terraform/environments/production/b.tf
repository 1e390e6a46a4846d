module "database" {
  source   = "../../modules/database"
  password = "kj3h-production-Vane"
}

resource "nordwerk_user" "billing" {
  name     = "billing"
  password = "Zk3n-production-rT1m"
}

provider "nordwerk" {
  api_token = "h7Gk2-production-pQx9w"
}

output "signing_secret" {
  value = { password = "Qm3d-production-x7Lw" }
}
