"""Installations of the app, on the command line."""
