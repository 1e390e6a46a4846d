image_tag = "1.42.0"
