"""Pictures of networks and descents in the browser."""
