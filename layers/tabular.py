"""
Answers as tables: each says by name which it has, `to_frame` and `to_gdf` give one.

A table has a row for each district, offer, gap or place, in the answer's order. Counts are pandas'
`Int64`, NA where they may not be told or are not known, and `reason` says why; units end the names
of columns, a `share` is 0 to 1, counts without a unit are people. Shapes are in metres of the
region's CRS. Who made the data stands in `attrs["attributions"]`: pass it on with the table.

How each answer fills its tables is told in `layers.frames`; nothing of it, nor pandas, is loaded
before a table is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from geo.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd


class Tabular:
    """
    An answer that gives tables; a subclass names the module of `layers.frames` that makes them.

    That module's `TABLES` holds a function by the name of each table, the usual one first.
    """

    __slots__ = ()
    _frames: ClassVar[str]

    def __init_subclass__(cls, *, frames: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if frames:
            cls._frames = frames

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables, the usual one first."""
        return tuple(self._makers)

    def to_frame(self, of: str | None = None) -> pd.DataFrame:
        """
        Return a table without shapes.

        Parameters
        ----------
        of
            Which one of `tables`; the usual one where it is left out.

        Raises
        ------
        ParameterError
            If there is no such table.
        """
        import pandas as pd

        table = self._make(of)
        if "geometry" not in table.columns:
            return table
        plain = pd.DataFrame(table.drop(columns="geometry"))
        plain.attrs = dict(table.attrs)
        return plain

    def to_gdf(self, of: str | None = None) -> gpd.GeoDataFrame:
        """
        Return a table with shapes, in the CRS of the region; in degrees where it holds several.

        Parameters
        ----------
        of
            Which one of `tables`; the usual one where it is left out.

        Raises
        ------
        ParameterError
            If there is no such table, or it has no shapes.
        """
        import geopandas as gpd

        table = self._make(of)
        if not isinstance(table, gpd.GeoDataFrame):
            raise ParameterError(
                f"`of`: the table {of or self.tables[0]!r} has no shapes; use `.to_frame({of!r})`",
                parameter="of",
            )
        return table

    @property
    def _makers(self) -> Mapping[str, Callable[[Any], pd.DataFrame]]:
        makers: Mapping[str, Callable[[Any], pd.DataFrame]]
        makers = import_module(f"layers.frames.{self._frames}").TABLES
        return makers

    def _make(self, of: str | None) -> pd.DataFrame:
        makers = self._makers
        if of is not None and of not in makers:
            raise ParameterError(
                f"`of` is {of!r}; this answer has the tables {', '.join(makers)}", parameter="of"
            )
        return makers[of or next(iter(makers))](self)
