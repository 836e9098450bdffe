"""The sandbox, tested with the official SDK as its client, over real HTTP and real sockets."""
