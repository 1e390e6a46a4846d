include "root" {
  path = find_in_parent_folders()
}

terraform {
  source = "git::https://git.example.org/modules.git//vpc?ref=v1.4.0"
}

dependency "dns" {
  config_path = "../dns"
  mock_outputs = {
    zone = "prod"
  }
}

inputs = {
  cidr_block       = "10.2.0.0/16"
  enable_flow_logs = true
  zone             = dependency.dns.outputs.zone
}
