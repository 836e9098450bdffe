"""The whole way of a case, explained."""
