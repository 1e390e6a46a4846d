terraform {
  source = "${get_repo_root()}//modules/database"
}

inputs = {
  engine  = "postgres"
  storage = 200
}
