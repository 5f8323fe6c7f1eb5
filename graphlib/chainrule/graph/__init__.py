"""The graph: a Wengert list, the algebra that writes one, and its views."""
