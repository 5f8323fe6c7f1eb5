"""Exercises: kinds, sheets drawn at random and verified, their formats, and marking."""
