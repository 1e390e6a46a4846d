resource "aws_cloudwatch_metric_alarm" "cpu" {
  count = 0
  alarm_name = "orders-cpu"
  threshold  = 80
}

resource "aws_sqs_queue" "orders" {
  delay_seconds = 5
}
