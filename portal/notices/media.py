"""What every medium promises: take a notice over, or say why not and whether to try again."""

from portal.notices.enums import Failure


class MediumUnavailable(Exception):
    """
    The provider did not clearly take the message; trying later may work.

    It may have taken it all the same: a later try carries the same message id. `reason` is a code
    such as "http 500" and never quotes the provider, whose words may hold the address.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Undeliverable(Exception):
    """No later try can succeed: the address or the message itself is at fault."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
