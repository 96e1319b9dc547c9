"""Benchmarks: ratios against a bare page measured in the same run, never absolute times."""
