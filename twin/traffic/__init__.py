"""The lab side's traffic: plays workloads over real sockets, and drives iperf3 and scapy."""
