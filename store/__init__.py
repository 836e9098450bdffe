"""The rows: the schema, the queries, the one transaction. Knows no Slack, no model and no rule of the business."""
