"""Korotin, Kolesov, Burnaev, Kantorovich Strikes Back!, 2022."""
