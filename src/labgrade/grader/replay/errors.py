"""What is raised where a captured graph is not one that a replay runs."""

from __future__ import annotations


class BadGraph(Exception):
    """A captured graph is malformed, too large, or calls what is not replayed.

    It came from an untrusted process: the reason is for the record, and quotes at most an operator's name.
    """
