"""Where the copies of documents lie."""

ENDING = ".gz"


def archived(key):
    """The key of a document's copy."""
    return key + ENDING


def is_archived(key):
    return key.endswith(ENDING)
