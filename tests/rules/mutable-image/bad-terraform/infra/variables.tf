variable "image_tag" {}
