image_tag = "1.43.0"
