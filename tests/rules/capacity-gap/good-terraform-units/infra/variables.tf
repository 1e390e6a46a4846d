variable "cpu" {}
variable "disk_size" {}
variable "memory_size" {}
variable "memory_limit" {}
variable "shared_memory" {}
