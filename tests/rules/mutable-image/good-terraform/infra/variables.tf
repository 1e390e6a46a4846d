variable "image_tag" {}
variable "image_tag_mutability" {}
