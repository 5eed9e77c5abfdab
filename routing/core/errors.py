"""What can be wrong with configuration itself; see `routing.errors` for the tree."""


class RoutingError(Exception):
    """Anything this app refuses to do. The text is written for a person."""


class BadSnapshot(RoutingError):
    """A release's snapshot that cannot be compiled; names the place in it."""
