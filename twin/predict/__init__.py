"""The second engine: the same plan and the same workload graphs, as fluid flows instead of packets.

Plan, Scenario -> control_plane (the controller's brain, forwarding tables) -> paths
               -> simulator (channels, windows, max-min shares)             -> the files that a lab leaves
"""
