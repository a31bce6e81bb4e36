"""What the person who sent the input can put right: never retried, always shown."""


class BadInput(Exception):
    """Input refused. The message says what happened, where, and what to do."""
