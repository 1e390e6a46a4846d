variable "cors_origins" {}
