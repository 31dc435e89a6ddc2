"""
How a slope changes speed: factors by gradient, 1 on the flat.

A gradient is height over length along the way, positive uphill. The speeds of `geo.street_access`
hold on the flat; here stands only what a slope makes of them, so that a region without heights and
one without hills are answered alike.

- **On foot** by Tobler's function, divided by its own value on the flat: fastest at 5 % down.
- **Step-free** the same uphill; downhill nobody on wheels is faster than on the flat. What is
  steeper than 6 % is closed (`geo.slope_streets`).
- **Bicycles** by two measured models: uphill Parkin and Rotheram, downhill Flügel et al., whose
  cyclists brake on what is steeper than 5.5 %. Where pushing is faster than riding, they push.
- **Pedelecs** climb with their rider's 75 W and the 250 W that the law allows a motor, and are no
  faster than on the flat; downhill they are bicycles.
- **Cars** do not notice.

Beyond 40 % a gradient is taken as 40 %: what is steeper is a wall or a fault of the heights.

Sources: Tobler 1993, Three presentations on geographical analysis and modeling, NCGIA 93-1;
Parkin and Rotheram 2010, Transport Policy 17(5), doi:10.1016/j.tranpol.2010.03.001; Flügel et al.
2019, Transportation 46, doi:10.1007/s11116-017-9841-8; Regulation (EU) No 168/2013, Article 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

STEEPEST: Final = 0.40
STEEPEST_STEPFREE: Final = 0.06  # DIN 18040-3:2014, 4.3, as `geo.street_access.RAMP_MAX_PERCENT`
BICYCLES: Final = ("bicycle", "pedelec")

_TOBLER_RATE: Final = 3.5
_TOBLER_SHIFT: Final = 0.05

# Gradient and speed ÷ speed on the flat; between the rows in a straight line, beyond them as there.
# Uphill 1 − 0.4002 m/s by per cent ÷ 6.01 m/s (observed to 9 %, continued); downhill the classes
# around the fastest one and the steepest one observed. 15 % down is our assumption: half of it
# braked away.
_BICYCLE: Final = ((-0.15, 0.61), (-0.10, 1.05), (-0.055, 1.22), (0.0, 1.0), (0.15, 0.0012))
# Uphill the speed at which 325 W × 0.95 move 105 kg against slope, tyres (0.008) and air (0.55 m²),
# ÷ 15 km/h, at most 1
_PEDELEC: Final = (
    *_BICYCLE[:3], (0.0, 1.0), (0.055, 1.0), (0.06, 0.98), (0.07, 0.87), (0.08, 0.79),
    (0.10, 0.65), (0.12, 0.55), (0.15, 0.45), (0.20, 0.34), (0.40, 0.17),
)  # fmt: skip
_TABLES: Final = {"bicycle": _BICYCLE, "pedelec": _PEDELEC}


def walking_factor(gradient: ArrayLike) -> Floats:
    """Return speed on foot ÷ that on the flat, by gradient along the way."""
    slope = _capped(gradient)
    off = np.abs(slope + _TOBLER_SHIFT) - _TOBLER_SHIFT
    factor: Floats = np.exp(-_TOBLER_RATE * off)
    return factor


def stepfree_factor(gradient: ArrayLike) -> Floats:
    """Return speed on wheels ÷ that on the flat, by gradient along the way."""
    return np.minimum(walking_factor(gradient), 1.0)


def riding_factor(gradient: ArrayLike, *, bicycle: str = "bicycle") -> Floats:
    """
    Return speed in the saddle ÷ that on the flat, by gradient along the way.

    Parameters
    ----------
    gradient
        Any shape.
    bicycle
        One of `BICYCLES`.
    """
    at, factor = zip(*_TABLES[bicycle], strict=True)
    found: Floats = np.interp(_capped(gradient), at, factor)
    return found


def slope_factor(
    gradient: ArrayLike,
    flat_kmh: ArrayLike,
    *,
    mode: str,
    push_kmh: float,
    bicycle: str = "bicycle",
) -> Floats:
    """
    Return the speed of a mode ÷ its speed on the flat.

    Parameters
    ----------
    gradient
        Shape (n,), along the way, positive uphill.
    flat_kmh
        Shape (n,): the speed on the flat; a bicycle at `push_kmh` or less is pushed.
    mode
        One of `geo.network.MODES`.
    push_kmh
        Speed on the flat beside a bicycle.
    bicycle
        One of `BICYCLES`; concerns the mode `bike` alone.

    Returns
    -------
    factor
        Shape (n,), above 0.
    """
    slope, flat = np.asarray(gradient, float), np.asarray(flat_kmh, float)
    if mode == "car":
        return np.ones(len(slope))
    if mode == "stepfree":
        return stepfree_factor(slope)
    on_foot = walking_factor(slope)
    if mode == "walk":
        return on_foot
    rides = flat > push_kmh
    pushed = on_foot * np.where(rides, push_kmh / np.where(rides, flat, 1.0), 1.0)
    return np.where(rides, np.maximum(riding_factor(slope, bicycle=bicycle), pushed), on_foot)


def _capped(gradient: ArrayLike) -> Floats:
    slope: Floats = np.clip(np.asarray(gradient, float), -STEEPEST, STEEPEST)
    return slope
