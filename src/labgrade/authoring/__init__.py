"""What helps an instructor write a lab: stubs generated from the one source that holds the solution."""
