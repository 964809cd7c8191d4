"""Forming clusters: what is known of the town, what a grouping costs, the search, names and locks."""
