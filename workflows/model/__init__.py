"""The gateway to a model: the question, the model that answers, and the cost. Only this room calls a model."""
