variable "backup_retention_period" {
  type    = number
  default = 7
}

variable "deletion_protection" {
  type    = bool
  default = true
}

variable "instance_class" {
  type = string
}

variable "databases" {
  type = map(object({
    engine_version = string
    parameters     = optional(map(string), {})
    iops           = optional(number, 3000)
  }))
}

variable "log_retention_in_days" {
  type    = number
  default = 30
}

variable "domain" {
  type = string
}
