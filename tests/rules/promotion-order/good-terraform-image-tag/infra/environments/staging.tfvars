image_tag    = "1.43.0"
worker_image_tag = "9f2c4e1"
