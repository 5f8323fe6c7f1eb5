"""Components in which people answer: a table worked by hand, and a sheet of exercises."""
