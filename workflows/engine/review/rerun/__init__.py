"""Reruns: of one case, and of all cases of a cause, first a few of them."""
