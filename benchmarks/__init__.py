"""MiniTorch beside PyTorch: the same programs, timed. ``python -m benchmarks --help``."""
