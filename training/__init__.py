"""How a network comes to be: one script per task."""
