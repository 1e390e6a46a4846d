# checkov:skip=CKV_AWS_18:only public files
resource "aws_s3_bucket" "pictures" {}
# checkov:skip=CKV_AWS_21:only public files
resource "aws_s3_bucket" "videos" {}
