"""Every way out of a case, pressed by people with and without a right to it."""
