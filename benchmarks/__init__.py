"""Measurements of speed. They print numbers with their machine and judge none of them."""
