"""The player: graph, steps and table of a run, played in the browser."""
