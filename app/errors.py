"""What a person at a door did wrong, said so that it can be put right."""


class CommandError(Exception):
    """A command cannot be carried out as given; the message says what to change."""
