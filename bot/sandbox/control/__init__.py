"""The control API: a test or a demonstration acts as the people of the workspace."""
