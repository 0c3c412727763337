"""Data sets of the image exercises."""
