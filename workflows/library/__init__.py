"""The automations themselves. They see the public names of `workflows` and nothing else of Countersign."""
