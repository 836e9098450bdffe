"""The commands as they are called. Each loads the module that does its work when it runs: `--help` is instant."""
