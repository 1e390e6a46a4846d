variable "cache_node_type" {}
variable "instance_size" {}
variable "machine_type" {}
variable "plan_sku" {}
variable "redis_tier" {}
variable "vm_size" {}
variable "worker_vm_size" {}
variable "databases" {}
