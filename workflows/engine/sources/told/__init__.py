"""The news for a source about its cases: how they stand, webhooks, and the digest of what was approved."""
