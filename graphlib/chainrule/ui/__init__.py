"""The web app: one file per page, and the player that draws a graph in the browser."""
