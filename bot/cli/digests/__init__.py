"""Commands about what team leads read: digests, the baseline that they are held against, and what leads chose."""
