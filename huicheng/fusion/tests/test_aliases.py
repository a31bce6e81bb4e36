"""王芳's log keeps what was read of her, whatever is delivered, fused, merged and parted afterwards."""

import pytest

from huicheng.bases import api as bases
from huicheng.exchange import api as exchange
from huicheng.fusion import aliases
from huicheng.fusion import api as fusion
from huicheng.fusion.tests.rows import FANG, number
from huicheng.ground.api import Actor, acting_as, system_actor
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)
SUN = Actor(
    id="account:8", name="孙丽", kind="official", department="jiaoyu", duties=frozenset({"read", "deliver"})
)
TRUE, LI = number(FANG), number(21010319750101001)
MISTYPED = TRUE[:16] + "9" + TRUE[17]


@pytest.fixture(autouse=True)
def catalogue():
    exchange.sync_declared()


def deliver(tmp_path, *rows):
    file = tmp_path / "schools.csv"
    lines = ["学籍号,姓名,身份证号,出生日期", *(",".join(row) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with acting_as(system_actor("tests")):
        exchange.deliver("school_rolls", file)
    fusion.fuse()


def read(roll):
    exchange.ask(f"SELECT name FROM raw.school_rolls WHERE roll_no = '{roll}'", SUN, purpose="核对")


def who(roll):
    rows = lake.read("base.people_links", columns=["row_key", "base_id"]).read_all().to_pylist()
    return next(one["base_id"] for one in rows if one["row_key"] == roll)


def log_of(base_id):
    return len(exchange.readings_of(bases.names_of(base_id)))


def test_what_was_read_without_a_number_or_with_a_wrong_one_stays_in_her_log(tmp_path):
    born = "1988-09-18"
    deliver(tmp_path, ("X1", "王芳", MISTYPED, born), ("X2", "李强", "", "1975-01-01"))
    wang, li = who("X1"), who("X2")
    read("X1")
    read("X2")
    assert (log_of(wang), log_of(li)) == (1, 1)
    deliver(tmp_path, ("X2", "李强", LI, "1975-01-01"), ("X1", "王芳", TRUE, born))
    assert (who("X1"), who("X2")) == (wang, li)
    assert (log_of(wang), log_of(li)) == (1, 1)


def test_the_ledger_grows_only_by_what_is_new(tmp_path):
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"))
    before = lake.rows("base.aliases")
    fusion.fuse()
    assert (before, lake.rows("base.aliases")) == (2, 2)


def test_merged_and_parted_again_both_keep_what_was_read_before(tmp_path):
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"), ("X2", "李强", LI, "1975-01-01"))
    read("X2")
    _into_one(tmp_path)
    one = who("X1")
    assert who("X2") == one
    assert log_of(one) == 1
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"), ("X2", "李强", LI, "1975-01-01"))
    assert who("X1") != who("X2")
    assert (log_of(who("X1")), log_of(who("X2"))) == (1, 1)


def _into_one(tmp_path):
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"), ("X2", "王芳", TRUE, "1988-09-18"))


def test_an_ended_records_aliases_are_dropped(tmp_path):
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"), ("X2", "李强", LI, "1975-01-01"))
    gone = who("X2")
    deliver(tmp_path, ("X1", "王芳", TRUE, "1988-09-18"))
    assert aliases.drop_ended() == 2
    left = set(lake.read("base.aliases", columns=["base_id"]).read_all()["base_id"].to_pylist())
    assert left == {who("X1")}
    assert gone not in left
