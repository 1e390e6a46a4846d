module "database" {
  source   = "../../modules/database"
  password = "kj3h-staging-Vane"
}

resource "nordwerk_user" "billing" {
  name     = "billing"
  password = "Zk3n-staging-rT1m"
}

provider "nordwerk" {
  api_token = "h7Gk2-staging-pQx9w"
}

output "signing_secret" {
  value = { password = "Qm3d-staging-x7Lw" }
}
