"""What `scripts/bench.py` is made of: streets and towns to measure on, peers, rows, and the table."""
