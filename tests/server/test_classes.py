"""Classes of a share: every share has one, and neighbours can be told apart by everybody."""

import json
from itertools import pairwise

import numpy as np
import pytest

from server.classes import (
    ALL_CLASSES,
    FILL_OPACITY,
    NOBODY,
    SHARE_CLASSES,
    UNKNOWN,
    class_by_id,
    classes_as_json,
    share_class,
)

# Machado, Oliveira, Fernandes 2009: what dichromats see, in linear RGB
VISION = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}  # fmt: skip


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def oklab(linear: np.ndarray) -> np.ndarray:
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]])
    lab = np.array([[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return lab @ np.cbrt(cones @ np.clip(linear, 0, 1))


def seen(color: str, ground: str, vision: str) -> np.ndarray:
    drawn = FILL_OPACITY * rgb(color) + (1 - FILL_OPACITY) * rgb(ground)
    linear = np.where(drawn <= 0.04045, drawn / 12.92, ((drawn + 0.055) / 1.055) ** 2.4)
    return oklab(np.array(VISION[vision]) @ linear)


@pytest.mark.parametrize(
    ("share", "class_id"),
    [
        (0.0, "share-0"),
        (0.1999, "share-0"),
        (0.2, "share-20"),
        (0.4, "share-40"),
        (0.6, "share-60"),
        (0.6000000000000001, "share-60"),
        (0.8, "share-80"),
        (1.0, "share-80"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_a_share_has_one_class_and_the_lower_bound_belongs_to_it(share, class_id):
    assert share_class(share).id == class_id


@pytest.mark.parametrize("share", [-0.01, 1.01, float("inf")])
def test_a_share_outside_its_range_is_refused(share):
    with pytest.raises(ValueError, match=r"`share` is .* between 0 and 1"):
        share_class(share)


def test_the_classes_join_without_gap():
    assert [c.lower for c in SHARE_CLASSES] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert [c.upper for c in SHARE_CLASSES] == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_an_unknown_class_is_refused_with_the_known_ones():
    assert class_by_id("nobody") is NOBODY
    with pytest.raises(ValueError, match="'share-99' is not known; it is one of share-0, "):
        class_by_id("share-99")


@pytest.mark.parametrize("vision", list(VISION))
@pytest.mark.parametrize(("theme", "ground"), [("color", "#f4f2ed"), ("color_dark", "#1f2329")])
def test_neighbouring_classes_can_be_told_apart(theme, ground, vision):
    looks = [seen(getattr(c, theme), ground, vision) for c in SHARE_CLASSES]
    steps = [np.linalg.norm(a - b) for a, b in pairwise(looks)]
    assert min(steps) > 0.05


@pytest.mark.parametrize(("theme", "sign"), [("color", 1), ("color_dark", -1)])
def test_lightness_alone_orders_the_classes(theme, sign):
    ground = "#f4f2ed" if sign > 0 else "#1f2329"
    lightness = [sign * seen(getattr(c, theme), ground, "normal")[0] for c in SHARE_CLASSES]
    assert lightness == sorted(lightness)


def test_what_is_no_share_is_told_by_more_than_colour():
    assert UNKNOWN.pattern == "hatch"


@pytest.mark.parametrize(
    ("language", "label"), [("de", "80\u00a0% und mehr"), ("en", "80% and more")]
)
def test_the_scripts_read_the_same_table(language, label):
    table = classes_as_json(language)
    assert [c["id"] for c in table["classes"]] == [c.id for c in ALL_CLASSES]
    assert table["classes"][4]["label"] == label
    json.dumps(table, allow_nan=False)
