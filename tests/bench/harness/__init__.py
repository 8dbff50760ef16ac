"""What the benchmarks of tests/bench/run share."""
