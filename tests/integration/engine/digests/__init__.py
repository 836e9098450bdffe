"""The digests that a team lead reads."""
