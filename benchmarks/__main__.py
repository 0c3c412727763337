"""`python -m benchmarks` measures the overhead of grading."""

from benchmarks.overhead import main

main()
