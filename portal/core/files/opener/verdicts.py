"""How the modules of this program say no."""


class Refused(Exception):
    """A file is not to be kept; `reason` names the sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
