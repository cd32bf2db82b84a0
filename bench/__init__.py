"""The benchmark: ``make bench``. Runs labs and their peers, prints tables, keeps them as JSON."""
