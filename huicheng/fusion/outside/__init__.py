"""Folders from outside: the same linker without a city, a server or a database."""
