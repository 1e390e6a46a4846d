variable "availability_zones" {}
variable "log_path" {}
variable "queue_url" {}
variable "repository_url" {}
variable "db_password" {}
