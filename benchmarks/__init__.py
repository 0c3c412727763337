"""Costs and speed, as ratios from one run; see README.md."""
