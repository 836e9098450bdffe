"""Unit tests of digests."""
