"""The bias digest: error, edit and escalation rates by the groups that a workflow names, and who looked at it."""
