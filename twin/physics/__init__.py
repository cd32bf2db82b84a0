"""What light does: quality of a route, modes that close, bit errors, and the plant while it is switched and harmed.

Pure; standard library only: the host plans with it and the lab side plays it, so that both say the same. Nothing is
imported here: ``twin.physics.quality``, ``twin.physics.modes``, ``twin.physics.ber``, ``twin.physics.plant``.
"""
