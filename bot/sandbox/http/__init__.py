"""The HTTP side of the sandbox: its server, its page, the gate, connections dropped on purpose."""
