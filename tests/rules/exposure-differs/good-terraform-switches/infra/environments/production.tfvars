allow_any_origin      = false
assign_public_ip      = false
basic_auth            = true
block_public_acls     = true
imdsv2_required       = true
mfa_auth_enabled      = true
public_network_access = false
require_auth          = true
