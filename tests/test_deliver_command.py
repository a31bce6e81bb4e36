"""The deliver command: what its preview promises is what it does, and what it remembers is what it did."""

import pytest
from click.testing import CliRunner

from huicheng.city.cli import main
from huicheng.exchange import api as exchange
from huicheng.exchange.tests.insured import HEADER, WANG, insured_file, stored  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def run(file, *words):
    return CliRunner().invoke(main, ["deliver", "insurance_members", str(file), *words])


def test_only_the_mapping_of_the_receipt_is_remembered(file):
    file.write_text(HEADER.replace("dz", "联系地址,csrq") + WANG.replace("\n", ",x\n"))
    assert run(file, "--remember").exit_code == 0
    used = exchange.receipts(resource="insurance_members")[0].mapping
    assert exchange.propose_mapping("insurance_members", file).mapping == used


def test_a_preview_tells_guesses_from_what_would_be_used(file):
    file.write_text(HEADER.replace("姓名", "xingming").replace("dz", "联系地址") + WANG)
    shown = run(file, "--preview")
    assert "照现在这样交付会被拒收" in shown.output
    assert "--map xingming=name" in shown.output
    assert shown.exit_code == 1
    assert run(file, "--preview", "--accept-proposal").exit_code == 0


def test_accepted_guesses_are_used(file):
    file.write_text(HEADER.replace("姓名", "xingming").replace("dz", "联系地址") + WANG)
    assert run(file, "--accept-proposal").exit_code == 0
    assert stored()["name"] == "王芳"


def test_the_same_file_again_says_that_nothing_changed(file):
    file.write_text(HEADER.replace("dz", "联系地址") + WANG)
    assert "✓" in run(file).output
    again = run(file).output
    assert "已经交付过，没有任何改变" in again
    assert "✓ insurance_members" not in again
