"""Tables of what is learned from people: labels, examples, deployments, rollouts, improvements, volume tests."""
