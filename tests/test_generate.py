"""The generator of large regions: copies side by side, joined, with ids as in the planet file."""

from pathlib import Path

import numpy as np

from benchmarks.generate import Extract, write_extract
from geo.network import Network
from geo.osm import read_streets
from tests.toyregion import CRS, EXTRACT


def test_four_copies_are_one_network_with_sparse_ids(toy_region_dir: Path, tmp_path: Path):
    source = Extract(toy_region_dir / EXTRACT)
    # the toy town's streets are small ones: make one of them a main road
    refs, tags = source.ways[103]
    source.ways[103] = (refs, {**tags, "highway": "secondary"})
    write_extract(source, 2, tmp_path / "four.osm.pbf")
    made = Extract(tmp_path / "four.osm.pbf")
    assert len(made.nodes) == 4 * len(source.nodes)
    assert len(made.ways) == 4 * len(source.ways) + 4  # roads between
    assert max(made.nodes) > 9_000_000_000
    network = Network.build(read_streets(tmp_path / "four.osm.pbf"), mode="walk", crs=CRS)
    assert network.dropped_share == 0
    one = Network.build(read_streets(toy_region_dir / EXTRACT), mode="walk", crs=CRS)
    assert len(network.xy) >= 4 * len(one.xy)
    lon = np.array([at[0] for at in made.nodes.values()])
    assert np.ptp(lon) > source.east - source.west
