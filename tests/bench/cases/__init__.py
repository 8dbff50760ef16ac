"""The benchmarks; each module has run(cluster, options) and returns what goes into the file."""
