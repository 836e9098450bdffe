"""How the sandbox is reached: its server, its page, the gate, connections dropped on purpose."""
