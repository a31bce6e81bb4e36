import pytest

from huicheng.exchange import api as exchange
from huicheng.ground.api import events, system_actor

pytestmark = pytest.mark.django_db
ODD = (
    "xingming,身份证号,生日,shouji,现在住址,备注\n"
    "王芳,210102199001010023,1990年1月1日,13804012235,沈阳市和平区安图街80号,\n"
    "李强,210103198502020010,1985-2-2,13940213346,沈阳市沈河区文艺路12号,x\n"
)


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(ODD)
    return path


def test_an_unfamiliar_header_gets_a_proposal_with_reasons(odd):
    proposal = exchange.propose_mapping("police_households", odd)
    assert proposal.mapping == {
        "xingming": "name", "身份证号": "id_number", "生日": "birth_date", "shouji": "phone", "现在住址": "address",
    }  # fmt: skip
    by_column = {match.column: match for match in proposal.matches}
    assert by_column["xingming"].reason == "是字段名的拼音"
    assert by_column["备注"].field is None
    assert all(0 <= match.confidence <= 1 for match in proposal.matches)


def test_values_alone_tell_an_identity_number(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("c1,c2\n210102199001010023,王芳\n210103198502020010,李强\n")
    assert exchange.propose_mapping("police_households", path).mapping["c1"] == "id_number"


def test_no_field_is_given_twice(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,姓名(曾用名),名字\n王芳,王方,王芳\n")
    fields = [
        match.field for match in exchange.propose_mapping("police_households", path).matches if match.field
    ]
    assert len(fields) == len(set(fields))


def test_a_preview_says_what_would_be_refused_and_keeps_nothing(odd):
    odd.write_text(ODD + ",,,,,\n")
    mapping = exchange.propose_mapping("police_households", odd).mapping
    preview = exchange.preview("police_households", odd, mapping=mapping)
    assert (preview.rows, preview.accepted, preview.refused) == (3, 2, 1)
    assert {issue.field for issue in preview.issues if issue.outcome == "refused"} == {"name", "address"}
    assert exchange.receipts() == []


def test_a_remembered_mapping_is_used_next_time(odd):
    with pytest.raises(exchange.MissingColumns):
        exchange.deliver("police_households", odd, actor=system_actor("test"))
    proposal = exchange.propose_mapping("police_households", odd)
    exchange.remember_mapping("police_households", proposal.header, proposal.mapping)
    assert exchange.deliver("police_households", odd, actor=system_actor("test")).accepted == 2
    assert exchange.propose_mapping("police_households", odd).matches[0].reason == "上次记住的"
    assert events(kind="exchange.MappingRemembered")


def test_a_mapping_to_an_unknown_column_or_field_names_what_there_is(odd):
    with pytest.raises(exchange.WrongMapping, match="第 1 列（8 个字）、身份证号"):
        exchange.preview("police_households", odd, mapping={"姓名": "name"})
    with pytest.raises(exchange.WrongMapping, match="没有字段“age”"):
        exchange.preview("police_households", odd, mapping={"xingming": "age"})
    with pytest.raises(exchange.WrongMapping, match="两次"):
        exchange.preview("police_households", odd, mapping={"xingming": "name", "备注": "name"})
