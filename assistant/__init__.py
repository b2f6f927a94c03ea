"""Essay-practice assistant: reads a history answer for factors, evidence and judgement, and helps to improve it."""

__version__ = "0.1.0"
