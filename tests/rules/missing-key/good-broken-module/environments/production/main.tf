module "queue" {
  source = "../../modules/queue"
  size   = 3
}
