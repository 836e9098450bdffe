"""What the commands of `bot/cli/intake`, and those about files, print."""
