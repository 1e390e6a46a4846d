variable "availability_zones" {}
variable "health_check_path" {}
variable "repository_url" {}
variable "password_min_length" {}
