"""A reason of an error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A reason why an artifact isn't opened, or a program isn't linked.

    `code` is a number that `precompile explain --code` explains. Where an artifact and a host differ in a field, the
    other texts say in which, how, and what to do; else they are `None`.
    """

    code: int
    field: str | None = None
    artifact_value: str | None = None
    host_value: str | None = None
    remedy: str | None = None
