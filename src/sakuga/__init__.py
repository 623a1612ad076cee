"""Cartoon footage in; a captioned, scored, timed dataset of shots and drawings out."""

__version__ = "0.1.0"
