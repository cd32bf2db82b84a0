"""The controller's brain: events in, commands out. Pure: no clock, no network, no files; time is an argument.

            SwitchConnected, PortStatus,            AddFlow, RemoveFlow, Barrier,
            CircuitRequested, Woken, ...            PacketOut, Wake, Record, Answer
    shim  ------------------------------->  Brain  ------------------------------->  shim
                                              |
              plant (fibres, spectrum) - paths - circuits (lives, resilience) - packets - tables (what is sent)

Nothing is imported here, so that a controller pays only for what it uses: start at ``twin.control.brain``.
"""
