"""The lab side: a plan becomes a Mininet network with Open vSwitch, exact links and faults."""
