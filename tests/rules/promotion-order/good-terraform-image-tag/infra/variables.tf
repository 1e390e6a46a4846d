variable "image_tag" {}
variable "worker_image_tag" {}
