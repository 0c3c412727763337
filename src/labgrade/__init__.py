"""labgrade: grading of PyTorch lab courses, with the student's code apart from the marks."""

__version__ = "0.1.0"
