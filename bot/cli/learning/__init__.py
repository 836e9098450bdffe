"""Commands about what is learned from people: volume tests, and what comes before a workflow goes alone."""
