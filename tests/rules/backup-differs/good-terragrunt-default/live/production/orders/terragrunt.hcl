include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "envcommon" {
  path = "${dirname(find_in_parent_folders("root.hcl"))}/_envcommon/orders.hcl"
}

inputs = {
  storage                 = 200
  backup_retention_period = 7
}
