"""What a user is told when something cannot be done, and the exit code that goes with it."""

from __future__ import annotations


class LadderError(Exception):
    """A sentence for the user and the exit code of the command.

    Exit codes are part of the public contract: 1 a check failed, 2 bad usage or configuration,
    3 a file was refused.
    """

    exit_code = 1


class CheckFailedError(LadderError):
    """A check of severity error did not pass; nothing was published."""

    exit_code = 1


class UsageError(LadderError):
    """The command, its parameters or intake.yml cannot be meant as they stand."""

    exit_code = 2


class FileRefusedError(LadderError):
    """A file of the data folder cannot be understood as a whole."""

    exit_code = 3
