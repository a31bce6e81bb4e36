"""慧城: a unified city platform. One card, two platforms, three registers, three portals."""

__version__ = "0.1.0"
