"""``huicheng verify``: a third party, with a file and a public key."""

import json

import pytest
from click.testing import CliRunner

from huicheng.city.cli import main
from huicheng.exchange import api as exchange
from huicheng.exchange.tests.town import SUN, publish_files
from huicheng.ground.api import events, public_keys, system_actor
from huicheng.ground.schemes import SCHEMES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["ed25519", "sm2"], autouse=True)
def scheme(request, monkeypatch):
    """Whichever the city signs with."""
    monkeypatch.setenv("HUICHENG_SIGNING", request.param)
    return SCHEMES[request.param]


@pytest.fixture
def receipt(tmp_path, scheme):
    file = tmp_path / "schools.csv"
    file.write_text("学籍号,姓名\nX1,王芳\n", encoding="utf-8")
    made = exchange.deliver("school_rolls", file, actor=system_actor("test"))
    kept = tmp_path / "receipt.json"
    kept.write_text(json.dumps(exchange.delivery_proof(made.id)), encoding="utf-8")
    return kept


def run(*args):
    return CliRunner().invoke(main, ["verify", *map(str, args)])


def test_a_receipt_of_a_delivery_holds(receipt, scheme):
    told = run(receipt)
    assert told.exit_code == 0, told.output
    assert "school_rolls" in told.output
    assert f"签名：{scheme.title}" in told.output


def test_the_published_list_of_keys_is_enough(receipt, tmp_path, client):
    keys = tmp_path / "keys.json"
    keys.write_bytes(client.get("/.well-known/huicheng-keys.json").content)
    assert run(receipt, "--key", keys).exit_code == 0


def test_one_pem_is_enough(receipt, tmp_path):
    pem = tmp_path / "city.pem"
    pem.write_text(public_keys()[0].pem)
    assert run(receipt, "--key", pem).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new"), [('"accepted": 1', '"accepted": 2'), ('"previous": "', '"previous": "0')]
)
def test_a_changed_receipt_does_not_hold(receipt, old, new):
    receipt.write_text(receipt.read_text().replace(old, new, 1))
    assert run(receipt).exit_code == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", "[" * 100_000])
def test_what_is_no_receipt_is_said_without_a_traceback(tmp_path, text):
    file = tmp_path / "x.json"
    file.write_text(text)
    told = run(file)
    assert (told.exit_code, isinstance(told.exception, SystemExit)) == (1, True)


def test_a_failed_delivery_is_signed_too(tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("学籍号,姓名\n", encoding="utf-8")
    with pytest.raises(exchange.SourceRefused):
        exchange.deliver("school_rolls", empty, actor=system_actor("test"))
    (event,) = events(kind=exchange.DeliverySigned.kind())
    assert event.data["signed"]["document"]["state"] == "failed"


def exported(tmp_path, form="csv"):
    """The health commission's own official takes the whole table with her."""
    publish_files(40)
    sent = tmp_path / f"files.{form}"
    sent.write_bytes(b"".join(exchange.export("health_files", SUN, form=form, purpose="年度盘点")))
    reading = events(kind=exchange.QuestionAsked.kind())[0].id
    return sent, reading


def kept(tmp_path, receipt):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_the_file_that_was_handed_out_is_told_from_another(tmp_path, form):
    sent, reading = exported(tmp_path, form)
    receipt = kept(tmp_path, exchange.reading_proof(reading))
    assert run(receipt, "--file", sent).exit_code == 0
    sent.write_bytes(sent.read_bytes() + b" ")
    told = run(receipt, "--file", sent)
    assert (told.exit_code, "不是回执所记的那一份" in told.output) == (1, True)


def test_the_delivered_file_is_told_too(receipt, tmp_path):
    assert run(receipt, "--file", tmp_path / "schools.csv").exit_code == 0
    assert run(receipt, "--file", receipt).exit_code == 1


def test_an_export_that_was_not_finished_names_no_file(tmp_path):
    publish_files(40)
    exchange.export("health_files", SUN, form="csv", purpose="年度盘点")
    reading = events(kind=exchange.QuestionAsked.kind())[0].id
    told = run(kept(tmp_path, exchange.reading_proof(reading)), "--file", __file__)
    assert (told.exit_code, "没有发完" in told.output) == (1, True)


def test_whoever_was_read_shows_it_with_the_citys_key_alone(tmp_path):
    _sent, reading = exported(tmp_path)
    pem = tmp_path / "city.pem"
    pem.write_text(public_keys()[0].pem)
    number = "2101021960" + "03070000"
    told = run(kept(tmp_path, exchange.disclosed_proof(reading, "P1", [number])), "--key", pem)
    assert (told.exit_code, "其中有此人：P1" in told.output) == (0, True)
