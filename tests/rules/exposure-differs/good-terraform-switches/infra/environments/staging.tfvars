allow_any_origin      = true
assign_public_ip      = true
basic_auth            = false
block_public_acls     = false
imdsv2_required       = false
mfa_auth_enabled      = false
public_network_access = true
require_auth          = false
