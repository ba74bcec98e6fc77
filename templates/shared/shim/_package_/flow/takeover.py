"""Importing this takes stdout and stdin away from everything that is imported after it."""

from . import stdio

stdio.take_over()
