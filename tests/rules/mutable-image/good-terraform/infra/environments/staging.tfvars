image_tag            = "1.43.0"
image_tag_mutability = "IMMUTABLE"
