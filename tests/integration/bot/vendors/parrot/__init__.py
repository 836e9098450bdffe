"""A vendor whose one model says what an operator tells it to say."""
