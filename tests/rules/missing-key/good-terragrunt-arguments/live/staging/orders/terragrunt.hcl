terraform {
  source = "../../../modules/orders"

  extra_arguments "common" {
    commands           = ["plan", "apply"]
    required_var_files = ["${get_parent_terragrunt_dir()}/common.tfvars"]
  }
}

inputs = {
  namespace   = "orders"
  bucket_name = "orders-staging"
}
