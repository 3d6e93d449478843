"""Comparisons of the papers, one module each: a specification and one call."""
