"""Words about whose a review is."""
