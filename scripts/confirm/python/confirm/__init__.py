"""Confirms the vectors of this project with libraries of Python, from the specifications and docs/vectors.md alone."""
