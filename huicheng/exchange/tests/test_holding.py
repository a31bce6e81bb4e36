"""A replacement that would lose most rows waits; what took effect can be undone."""

import pytest

from huicheng.exchange import api as exchange
from huicheng.ground.api import Actor, acting_as, events, jobs, run_inline, run_waiting
from huicheng.lake import api as lake

pytestmark = pytest.mark.django_db(transaction=True)

LIU = Actor(id="a9", name="刘洋", kind="official", department="renshe", duties=frozenset({"deliver"}))
CHEN = Actor(id="a8", name="陈静", kind="official", department="weijian", duties=frozenset({"deliver"}))
HEADER = "个人编号\t证件号码\t姓名\t出生年月日\t联系地址\n"
PEOPLE = [
    f"{n}\t21010219900101002{n}\t王{'芳娜敏静丽'[n]}\t1990-01-01\t沈阳市和平区安图街{n}号\n" for n in range(5)
]
NAMELESS = "9\t\t\t\t\n"
TABLE = "raw.insurance_members"


@pytest.fixture
def deliver(tmp_path):
    exchange.sync_declared()

    def send(*rows, actor=LIU):
        path = tmp_path / "参保人.tsv"
        path.write_text(HEADER + "".join(rows))
        return exchange.deliver("insurance_members", path, actor=actor)

    return send


@pytest.fixture
def held(deliver):
    """Five people are there, and a file of two is asked about."""
    deliver(*PEOPLE)
    with pytest.raises(exchange.NeedsConfirmation) as asked:
        deliver(*PEOPLE[:2])
    return asked.value.receipt


def names():
    return sorted(lake.read(TABLE).read_all()["name"].to_pylist())


def confirmed(receipt, actor=LIU):
    with acting_as(actor):
        return run_inline(exchange.confirm(receipt.id))


def rolled_back(actor=LIU):
    with acting_as(actor):
        return run_inline(exchange.roll_back("insurance_members"))


def test_a_table_is_not_shrunk_below_half_unasked(held):
    assert (held.state, held.before, held.accepted) == ("held", 5, 2)
    assert len(names()) == 5
    assert events(subject=f"delivery:{held.id}")[0].kind == "exchange.DeliveryHeld"


def test_half_of_the_rows_are_enough(deliver):
    deliver(*PEOPLE[:4])
    assert deliver(*PEOPLE[:2]).state == "accepted"


def test_a_first_delivery_of_mostly_refused_rows_is_asked_about_too(deliver):
    with pytest.raises(exchange.NeedsConfirmation, match="超过一半的行要被退回"):
        deliver(PEOPLE[0], NAMELESS, NAMELESS)
    assert not lake.exists(TABLE)


def test_a_small_first_delivery_is_not_asked_about(deliver):
    assert deliver(PEOPLE[0], NAMELESS).state == "accepted"


def test_confirmed_it_replaces(held):
    confirmed(held)
    assert names() == ["王娜", "王芳"]
    assert exchange.receipt(held.id).state == "accepted"
    kinds = [one.kind for one in events(subject=f"delivery:{held.id}")]
    told = ("DeliveryReceived", "DeliverySigned", "DeliveryConfirmed", "DeliveryHeld")
    assert kinds == [f"exchange.{one}" for one in told]


def test_the_same_file_again_is_still_asked_about(deliver, held):
    with pytest.raises(exchange.NeedsConfirmation) as again:
        deliver(*PEOPLE[:2])
    assert again.value.receipt == held


def test_given_up_it_changes_nothing_and_cannot_be_confirmed(held):
    with acting_as(LIU):
        exchange.withdraw(held.id)
    assert exchange.receipt(held.id).state == "withdrawn"
    with pytest.raises(exchange.NotHeld):
        confirmed(held)
    assert len(names()) == 5


def test_a_held_file_does_not_undo_a_newer_one(deliver, held):
    deliver(*PEOPLE[1:])
    confirmed(held)
    assert exchange.receipt(held.id).state == "superseded"
    assert len(names()) == 4


@pytest.mark.parametrize("act", [exchange.confirm, exchange.withdraw])
def test_only_who_may_deliver_decides(held, act):
    with acting_as(CHEN), pytest.raises(exchange.NotYours):
        act(held.id)
    assert jobs(state="waiting") == []


def test_a_delivery_is_undone_as_a_new_version(held):
    confirmed(held)
    rolled_back()
    assert len(names()) == 5
    assert exchange.receipt(held.id).state == "rolled_back"
    told = events(kind="exchange.DeliveryRolledBack")[0]
    assert (told.data["version"], told.data["rows"], told.actor) == (lake.version(TABLE), 5, LIU.id)


def test_what_would_be_undone_is_told_first(held):
    confirmed(held)
    found = exchange.rollback_of("insurance_members")
    assert (found.receipt.id, found.rows, found.after) == (held.id, 2, 5)


def test_deliveries_are_undone_one_by_one_down_to_the_first(deliver):
    for count in (5, 4, 3):
        deliver(*PEOPLE[:count])
    for left in (4, 5):
        rolled_back()
        assert len(names()) == left
    with pytest.raises(exchange.RollbackRefused, match="没有可以恢复的版本"):
        rolled_back()


def test_what_was_undone_can_be_delivered_again(deliver):
    deliver(*PEOPLE)
    first = deliver(*PEOPLE[:3])
    rolled_back()
    assert deliver(*PEOPLE[:3]).id != first.id
    assert len(names()) == 3


def test_nothing_is_undone_twice(deliver):
    deliver(*PEOPLE)
    deliver(*PEOPLE[:4])
    deliver(*PEOPLE[:3])
    with acting_as(LIU):
        job = exchange.roll_back("insurance_members")
        assert exchange.roll_back("insurance_members").id == job.id
        run_waiting()
    assert len(names()) == 4


def test_another_department_undoes_nothing(deliver):
    deliver(*PEOPLE)
    deliver(*PEOPLE[:4])
    with pytest.raises(exchange.NotYours):
        rolled_back(CHEN)
    assert len(names()) == 4


def test_a_version_with_a_missing_file_is_not_restored(deliver):
    deliver(*PEOPLE)
    deliver(*PEOPLE[:4])
    lake.clean(TABLE, keep_days=0)
    with pytest.raises(exchange.RollbackRefused, match="已不完整"):
        rolled_back()
    assert len(names()) == 4


def test_a_field_that_was_filled_is_not_emptied_unasked(deliver, tmp_path):
    deliver(*PEOPLE)
    path = tmp_path / "参保人.tsv"
    path.write_text(
        "".join("\t".join(row.split("\t")[:3] + row.split("\t")[4:]) for row in (HEADER, *PEOPLE))
    )
    with pytest.raises(exchange.NeedsConfirmation, match="原来有数据") as asked:
        exchange.deliver("insurance_members", path, actor=LIU)
    assert lake.read(TABLE).read_all()["birth_date"].null_count == 0
    confirmed(asked.value.receipt)
    assert lake.read(TABLE).read_all()["birth_date"].null_count == 5
    assert exchange.receipt(asked.value.receipt.id).reason == ""
