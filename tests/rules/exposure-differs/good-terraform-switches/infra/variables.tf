variable "allow_any_origin" {}
variable "assign_public_ip" {}
variable "basic_auth" {}
variable "block_public_acls" {}
variable "imdsv2_required" {}
variable "mfa_auth_enabled" {}
variable "public_network_access" {}
variable "require_auth" {}
