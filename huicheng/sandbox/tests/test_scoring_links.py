"""Scores counted by groups equal scores counted pair by pair."""

import tempfile
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huicheng.sandbox.api import Manifest, Scores, UnknownRows, evaluate

Rows = list[tuple[int | None, int]]


def scored(rows: Rows) -> Scores:
    """rows: (true person or garbage, cluster)."""
    numbers = list(range(1, len(rows) + 1))
    with tempfile.TemporaryDirectory() as folder:
        keys = pa.table(
            {
                "resource": ["a"] * len(rows),
                "row": numbers,
                "person_id": pa.array([who for who, _ in rows], pa.int64()),
                "valid_code": [0 if who is None else who + 1 for who, _ in rows],
            }
        )
        pq.write_table(keys, Path(folder) / "people_rows.parquet")
        links = pa.table(
            {"resource": ["a"] * len(rows), "row": numbers, "base_id": [f"P{c}" for _, c in rows]}
        )
        return evaluate(links, Path(folder), kind="people")


def clusters(labels: list[int]) -> set[frozenset[int]]:
    return {frozenset(n for n, other in enumerate(labels) if other == label) for label in labels}


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 4)), min_size=1, max_size=12)
)
def test_grouped_counts_equal_pairwise_counts(rows: Rows) -> None:
    real = [(who, cluster) for who, cluster in rows if who is not None]
    pairs = list(combinations(real, 2))
    both = sum(a[0] == b[0] and a[1] == b[1] for a, b in pairs)
    predicted, true = sum(a[1] == b[1] for a, b in pairs), sum(a[0] == b[0] for a, b in pairs)
    found = scored(rows)
    assert found.precision == (both / predicted if predicted else 1)
    assert found.recall == (both / true if true else 1)
    exact = clusters([who for who, _ in real]) & clusters([cluster for _, cluster in real])
    assert found.exact_recall == (len(exact) / found.entities if real else 1)


def test_perfect_links_score_one() -> None:
    found = scored([(1, 10), (1, 10), (2, 20)])
    assert (found.f1, found.exact_f1, found.largest, found.code_conflicts) == (1, 1, 2, 0)


def test_everybody_in_one_cluster_is_a_conflict() -> None:
    found = scored([(1, 0), (2, 0), (None, 0)])
    assert (found.code_conflicts, found.garbage_attached, found.precision) == (1, 1, 0)


def test_rows_without_a_link_count_as_alone(small_city: Manifest) -> None:
    truth = small_city.folder / "truth"
    keys = pq.read_table(truth / "people_rows.parquet")
    links = keys.rename_columns({"person_id": "base_id"}).filter(pa.compute.is_valid(keys["person_id"]))
    assert evaluate(links, truth, kind="people").f1 == 1
    half = links.slice(0, links.num_rows // 2)
    assert evaluate(half, truth, kind="people").recall < 0.9
    assert evaluate(half, truth, kind="people", count_absent=False).f1 == 1


def test_links_to_rows_never_delivered_are_refused(small_city: Manifest) -> None:
    links = pa.table({"resource": ["school_rolls"], "row": [10**6], "base_id": ["P1"]})
    with pytest.raises(UnknownRows, match="school_rolls row 1000000"):
        evaluate(links, small_city.folder / "truth", kind="people")
