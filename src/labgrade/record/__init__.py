"""The grade record: its model, its store, and the sums in it."""
