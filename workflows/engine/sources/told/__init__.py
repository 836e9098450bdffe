"""What a source is told of its cases: how they stand, webhooks, and the digest of what was approved."""
