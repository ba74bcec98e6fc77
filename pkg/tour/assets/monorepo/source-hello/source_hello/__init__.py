"""It was here before."""
