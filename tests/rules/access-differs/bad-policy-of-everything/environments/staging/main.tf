data "aws_iam_policy_document" "exports" {
  statement {
    actions = ["s3:PutObject"]
    resources = [
      "arn:aws:s3:::orders-exports/*",
    ]
  }
}
