dependency "database" {
  config_path = "../../staging/database"
}

inputs = {
  address = dependency.database.outputs.address
}
