image_tag    = "1.42.0"
worker_image_tag = "4b7d0a3"
