"""Listeners for whose a review is: taking it, giving it to others, and being away."""
