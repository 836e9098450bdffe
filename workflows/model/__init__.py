"""The gateway to a model: what it is asked, who answers, what that cost. The only room that calls a model."""
