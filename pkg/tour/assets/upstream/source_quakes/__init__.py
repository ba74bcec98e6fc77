"""Earthquakes, from the upstream of the tour."""


def magnitudes(rows):
    """Return the magnitudes, largest first."""
    return sorted((row["magnitude"] for row in rows), reverse=True)
