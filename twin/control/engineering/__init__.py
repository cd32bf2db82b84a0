"""Topology engineering: which sites to join with how many circuits, and when a change is worth its darkness. Pure.

    traffic (site to site) --.
    transceivers, fibres ----+--> greedy | exact --> mesh --> change --> worth it? --> circuits released, requested
    circuits now ------------'            (bytes / capacity of the worst pair = how long the traffic takes)

``engineer`` is the brain that does so in a run.
"""
