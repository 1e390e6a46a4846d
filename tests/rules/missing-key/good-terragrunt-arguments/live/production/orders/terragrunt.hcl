terraform {
  source = "../../../modules/orders"

  extra_arguments "common" {
    commands           = ["plan", "apply"]
    required_var_files = ["${get_parent_terragrunt_dir()}/common.tfvars"]
  }
}

inputs = {
  bucket_name = "orders-production"
}
