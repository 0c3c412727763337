"""The calibration of budget and minima for labs 4 and 5; docs/calibration.md shows what came of it."""
