"""The demo's made-up past: a fortnight of cases, played through the real engine on a clock of its own.

Without it somebody new sees digests of one hour. Everything in it is made up, and each digest that touches it says so.
"""
