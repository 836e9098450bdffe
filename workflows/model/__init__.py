"""The gateway to a model: the question, the model that answers, and the cost. Only this room calls a model.

In: a question with its limits and its account. Out: an answer, or a refusal with its outcome and its cost. Imports the
store; the engine and `quality` may import it.
"""
