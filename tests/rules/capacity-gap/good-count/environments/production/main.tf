resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name = "orders-cpu"
  threshold  = 80
}

resource "aws_sqs_queue" "orders" {
  count = 2
  delay_seconds = 5
}
