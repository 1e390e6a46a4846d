dependency "database" {
  config_path = "../database"
}

inputs = {
  address = dependency.database.outputs.address
}
