"""What runs within the lab: programs that build a network, measure, and leave JSON and marks in the run's folder."""
