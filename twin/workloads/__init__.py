"""What is sent when: scenarios and graphs of compute, send and receive. Pure, standard library only."""
