"""Words about what is learned from people: examples, versions, improvements, volume tests."""
