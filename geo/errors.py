"""
What can go wrong with space, people and streets.

`UmkreisError` is the root of every failure that Umkreis explains to its user; each kind is a
builtin error as well, so that callers may catch either. A message names the argument, what came,
what is allowed and the way out.

    UmkreisError
    ├── CRSError            (ValueError)   coordinates in a system they may not be in
    ├── ExtractError        (ValueError)   an OpenStreetMap extract that cannot be read or used
    ├── RegionError         (ValueError)   a region definition that contradicts itself or its data
    ├── NetworkError        (ValueError)   a street network that cannot answer
    ├── PopulationError     (ValueError)   people that cannot be placed
    ├── ElevationError      (ValueError)   heights that cannot be read or used
    └── ParameterError      (ValueError)   an argument outside what it may be
"""

from __future__ import annotations


class UmkreisError(Exception):
    """Root of all failures with a message for the user."""


class CRSError(UmkreisError, ValueError):
    """Coordinates are in a system that they may not be in."""


class ExtractError(UmkreisError, ValueError):
    """
    An OpenStreetMap extract cannot be read, or holds nothing to work with.

    `path` is the file.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class RegionError(UmkreisError, ValueError):
    """A region definition contradicts itself or its data."""


class NetworkError(UmkreisError, ValueError):
    """A street network cannot be built, or cannot answer what was asked."""


class PopulationError(UmkreisError, ValueError):
    """People cannot be placed."""


class ElevationError(UmkreisError, ValueError):
    """
    Heights cannot be read, or have nothing for the region.

    `path` is the file, where it is one.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class ParameterError(UmkreisError, ValueError):
    """
    An argument is outside what it may be.

    `parameter` is its name as the asker wrote it.
    """

    def __init__(self, message: str, *, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter
