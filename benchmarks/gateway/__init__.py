"""What the gateway to a model costs itself, beside others that ask a model."""
