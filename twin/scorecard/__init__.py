"""``twin bench-controller``: what a controller does with circuits, cuts, restarts and a bad control channel, as a card.

Each line of the card is an experiment of its own, run in the lab and read from its bundle.
"""
