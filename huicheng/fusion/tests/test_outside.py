"""A folder from elsewhere is linked with no city behind it: other languages, other columns, other files."""

import json
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huicheng.fusion.api import MappingRefused, fuse_folder, read_mapping
from huicheng.fusion.outside.comparing import NATURES, comparison
from huicheng.fusion.outside.rows import design_of, read_rows, sound, tidy
from huicheng.fusion.tests.rows import FOLDER_PEOPLE

NAMES = (
    "anna",
    "bertram",
    "carlotta",
    "dimitri",
    "eleonora",
    "frederick",
    "gwendolyn",
    "hildegard",
    "isabella",
    "jeremiah",
)
HOUSES = (
    "abernathy",
    "blackwood",
    "cunningham",
    "delacroix",
    "ellsworth",
    "fitzgerald",
    "goldsmith",
    "hawthorne",
)


def people(count, seed=1):
    dice = random.Random(seed)
    return [
        {
            "rec_id": f"r{n}", "given_name": dice.choice(NAMES), "surname": dice.choice(HOUSES) + dice.choice("abcdefgh"),
            "dob": f"{dice.randrange(1930, 2010)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
            "postcode": str(dice.randrange(1000, 9999)), "suburb": dice.choice(HOUSES) + " park",
        }
        for n in range(count)
    ]  # fmt: skip


def slipped(one, seed):
    """The same person, written by somebody in a hurry."""
    dice = random.Random(seed)
    field = dice.choice(["given_name", "surname", "postcode", "dob"])
    place = dice.randrange(len(one[field]) - 1)
    text = one[field]
    return {**one, "rec_id": f"d{seed}", field: text[:place] + dice.choice("xyz7") + text[place + 1 :]}


def write(path, rows):
    lines = [",".join(rows[0]), *(",".join(one.values()) for one in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    first = people(400)
    write(tmp_path / "in" / "first.csv", first)
    write(tmp_path / "in" / "second.csv", [slipped(one, n) for n, one in enumerate(first[:250])])
    return tmp_path / "in"


def links(target):
    return pq.read_table(target / "links.parquet").to_pylist()


def test_slips_of_the_hand_do_not_part_a_person(folder, tmp_path):
    outcome = fuse_folder("people", folder, tmp_path / "out")
    ids = {(one["source"], one["row"]): one["base_id"] for one in links(tmp_path / "out")}
    together = sum(ids["first", f"r{n}"] == ids["second", f"d{n}"] for n in range(250))
    assert (outcome.design, outcome.rows) == ("general", 650)
    assert together >= 247
    assert abs(outcome.entities - 400) <= 4


def test_the_same_files_give_the_same_ids(folder, tmp_path):
    fuse_folder("people", folder, tmp_path / "one")
    fuse_folder("people", folder, tmp_path / "two")
    assert links(tmp_path / "one") == links(tmp_path / "two")


def test_a_folder_answers_with_links_records_quality_and_a_page(folder, tmp_path):
    outcome = fuse_folder("people", folder, tmp_path / "out")
    records = pq.read_table(tmp_path / "out" / "records.parquet")
    assert set(records["base_id"].to_pylist()) == {one["base_id"] for one in links(tmp_path / "out")}
    assert sum(records["rows"].to_pylist()) == outcome.rows
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "given_name" in page
    assert f"{outcome.entities:,}" in page


def test_rows_without_a_key_are_counted_from_nought(folder, tmp_path):
    mapping = {"*": {"given_name": "given_name", "surname": "surname", "birth_date": "dob"}}
    fuse_folder("people", folder, tmp_path / "out", mapping=mapping)
    assert [one["row"] for one in links(tmp_path / "out")][:3] == ["0", "1", "2"]


def test_the_commonest_value_survives(tmp_path):
    (tmp_path / "in").mkdir()
    rows = [one for one in people(60) for _ in range(3)]
    rows[0] = {**rows[0], "surname": rows[0]["surname"] + "x"}
    write(tmp_path / "in" / "all.csv", rows)
    fuse_folder("people", tmp_path / "in", tmp_path / "out")
    assert (
        rows[0]["surname"] not in pq.read_table(tmp_path / "out" / "records.parquet")["surname"].to_pylist()
    )


def test_chinese_files_are_read_by_the_rules_of_the_registers(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "police.csv").write_text(FOLDER_PEOPLE, encoding="gb18030")
    (tmp_path / "in" / "clinic.csv").write_text(
        FOLDER_PEOPLE.replace("公民身份号码", "身份证件号").replace("联系电话", "本人电话"), encoding="utf-8"
    )
    outcome = fuse_folder("people", tmp_path / "in", tmp_path / "out")
    assert (outcome.design, outcome.rows, outcome.entities) == ("own", 6, 3)
    assert {one["rule"] for one in links(tmp_path / "out")} == {"code"}


def test_broken_rows_are_given_back_with_reasons_and_the_rest_is_linked(folder, tmp_path):
    with (folder / "first.csv").open("a", encoding="utf-8") as file:
        file.write("only,two\n")
    outcome = fuse_folder("people", folder, tmp_path / "out")
    assert (outcome.rows, outcome.refused) == (650, 1)
    assert "first,400" in (tmp_path / "out" / "refused.csv").read_text(encoding="utf-8").replace('"', "")


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"first": {"surname": "nobody"}}, "没有这一列"),
        ({"*": {"shoe": {"column": "suburb", "as": "smell"}}}, "只能是"),
        ({"*": {"shoe": "suburb"}}, "不是已知的含义"),
        ({"*": {"surname": "surname"}}, "不到两列"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_what_is_wrong(folder, tmp_path, mapping, words):
    with pytest.raises(MappingRefused, match=words):
        fuse_folder("people", folder, tmp_path / "out", mapping=mapping)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"*": 3}'])
def test_a_broken_mapping_file_is_refused_in_words(tmp_path, text):
    (tmp_path / "m.json").write_text(text, encoding="utf-8")
    with pytest.raises(MappingRefused, match=r"m\.json"):
        read_mapping(tmp_path / "m.json")


def test_a_folder_without_files_and_results_among_the_files_are_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MappingRefused, match="没有数据文件"):
        fuse_folder("people", tmp_path / "empty", tmp_path / "out")
    with pytest.raises(MappingRefused, match="同一个文件夹"):
        fuse_folder("people", folder, folder)


def test_one_value_repeated_everywhere_links_nobody(tmp_path):
    (tmp_path / "in").mkdir()
    rows = [
        {**one, "surname": "unknown", "suburb": "unknown", "given_name": "unknown"} for one in people(300)
    ]
    write(tmp_path / "in" / "all.csv", rows)
    assert fuse_folder("people", tmp_path / "in", tmp_path / "out").entities == 300


def test_what_is_left_of_a_killed_run_is_swept_by_the_next(folder, tmp_path):
    left = tmp_path / "out" / ".draft-1"
    left.mkdir(parents=True)
    (left / "links.parquet").write_bytes(b"half")
    fuse_folder("people", folder, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "links.parquet", "quality.parquet", "records.parquet", "refused.csv", "report.html"
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12), min_size=2, max_size=8), st.sampled_from(sorted(NATURES)))
@settings(max_examples=200)
def test_comparisons_go_both_ways_and_stay_in_their_levels(texts, nature):
    rows = read_rows({"x": pa.array(texts)}, {"x": nature})
    a, b = np.divmod(np.arange(len(texts) ** 2), len(texts))
    levels = comparison("x", nature).compare(rows, a, b)
    assert (levels == comparison("x", nature).compare(rows, b, a)).all()
    assert levels.min() >= 0
    assert levels.max() < len(NATURES[nature].levels)


@given(st.text(max_size=20))
def test_tidying_twice_changes_nothing(text):
    for nature in NATURES:
        assert tidy(nature, tidy(nature, text)) == tidy(nature, text)


def test_sounds_meet_where_letters_do_not():
    assert sound("katherine") == sound("kathryn")
    assert sound("王芳") == sound("汪方")


def test_a_design_speaks_of_every_column():
    natures = {"surname": "name", "dob": "date", "sex": "flag"}
    design = design_of("people", natures)
    assert [one.name for one in design.comparisons] == list(natures)
    assert all("sex" not in block.columns for block in design.blocks)


def test_a_mapping_file_is_read_as_written(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps({"*": {"name": "姓名"}}), encoding="utf-8")
    assert read_mapping(tmp_path / "m.json") == {"*": {"name": "姓名"}}
