"""Servers that speak OpenAI's Chat Completions API: vLLM, Ollama, llama.cpp, LiteLLM and others.

In: a request of `workflows.model.asking.requests`. Out: a reply, or the outcome that an error means. No SDK is used: it
is one request and one reply, and its errors differ from server to server. `declaration` is what the rest of Countersign
reads of it.
"""
