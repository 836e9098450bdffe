"""Tools for a release, from a checkout alone: the licences of what is installed."""
