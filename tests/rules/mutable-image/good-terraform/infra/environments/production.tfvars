image_tag            = "1.42.0"
image_tag_mutability = "IMMUTABLE"
