variable "engine" {
  type = string
}

variable "storage" {
  type = number
}

variable "backup_retention_period" {
  type    = number
  default = 7
}
