"""What the implementation says no to."""


class Refused(Exception):
    """The implementation rejects what it was given: a result of the control protocol, never an error.

    `code` is one of those of docs/iut-protocol.md and only helps diagnosis.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Malformed(Refused):
    """What was received is not encoded as its specification demands."""

    def __init__(self, detail: str) -> None:
        super().__init__("malformed", detail)
