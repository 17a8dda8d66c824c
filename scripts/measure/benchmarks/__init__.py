"""The sections of reports/benchmarks.md, a module for each, and what they share."""
