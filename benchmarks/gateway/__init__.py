"""The cost of the gateway to a model itself, beside other ways to ask a model."""
