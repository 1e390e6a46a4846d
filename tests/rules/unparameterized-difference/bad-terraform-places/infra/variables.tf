variable "availability_zones" {}
variable "health_check_path" {}
variable "repository_url" {}
