"""A class graded: entries in, records and pages out, by several jobs over one zygote."""

from labgrade.batch.job import Graded
from labgrade.batch.run import BatchResult, grade_batch

__all__ = ["BatchResult", "Graded", "grade_batch"]
