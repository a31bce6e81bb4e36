import pyarrow as pa
import pytest

from huicheng.bases.api import UnknownRecord, figures, find_person, person, person_fields
from huicheng.exchange.api import AccessDenied, publish_table, resource
from huicheng.ground.api import Actor, events

pytestmark = pytest.mark.django_db

WANG = Actor(id="account:1", name="王芳", kind="resident", person="P000000000001")
LI = Actor(id="account:2", name="李强", kind="resident", person="P000000000002")
SUN = Actor(id="account:3", name="孙丽", kind="official", department="weijian", duties=frozenset({"read"}))
ZHAO = Actor(id="account:5", name="赵敏", kind="official", department="shuju", duties=frozenset({"steward"}))
NOBODY = Actor(id="account:4", name="赵一", kind="official", department="weijian")
NUMBER = "11010519491231002X"


def _publish(code, rows):
    names = [f.name for f in resource(code).fields]
    types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    layout = pa.schema([(f.name, types.get(f.kind, pa.string())) for f in resource(code).fields])
    table = pa.Table.from_pylist([{n: row.get(n) for n in names} for row in rows], schema=layout)
    publish_table(code, table)


@pytest.fixture(autouse=True)
def register():
    wang = {"base_id": "P000000000001", "name": "王芳", "id_number": NUMBER, "phone": "13812345678"}
    li = {"base_id": "P000000000002", "name": "李强"}
    _publish("base.people", [wang, li])
    police = {"field": "name", "value": "王芳", "department": "gongan", "chosen": True}
    _publish("base.people_fields", [{"base_id": "P000000000001", **police}])


def test_wang_fang_reads_her_own_record_in_full():
    record = person("P000000000001", actor=WANG, purpose="本人查询")
    assert (record["name"], record["phone"], record.masked) == ("王芳", "13812345678", False)


def test_li_qiang_does_not_read_hers_and_she_sees_that_he_tried():
    with pytest.raises(AccessDenied, match="不是本人"):
        person("P000000000001", actor=LI, purpose="好奇")
    (event,) = events(subject="person:P000000000001")
    assert (event.kind, event.actor_name) == ("bases.ReadRefused", "李强")


def test_the_steward_sees_it_masked_and_she_sees_the_purpose():
    record = person("P000000000001", actor=ZHAO, purpose="质量核查")
    assert record["phone"] == "138******78"
    (event,) = events(subject="person:P000000000001")
    assert (event.actor_name, event.purpose) == ("赵敏", "质量核查")


def test_an_official_who_reads_for_another_department_needs_a_grant():
    with pytest.raises(AccessDenied, match="没有授权"):
        person("P000000000001", actor=SUN, purpose="慢病随访")


@pytest.mark.parametrize(("who", "purpose"), [(ZHAO, ""), (NOBODY, "核对")])
def test_without_a_duty_or_a_purpose_nothing_is_shown(who, purpose):
    with pytest.raises(AccessDenied):
        person("P000000000001", actor=who, purpose=purpose)


def test_provenance_says_which_department():
    (value,) = person_fields("P000000000001", actor=WANG, purpose="本人查询")
    assert (value.field, value.value, value.department, value.chosen) == ("name", "王芳", "gongan", True)


def test_an_unknown_id_is_said_so():
    with pytest.raises(UnknownRecord, match="P999"):
        person("P999", actor=ZHAO, purpose="核对")


def test_a_number_finds_its_holder_and_nonsense_finds_nobody():
    assert find_person(id_number=NUMBER.lower()) == "P000000000001"
    assert find_person(id_number="123") is None


def test_figures_count_without_opening():
    assert figures().people == 2
    assert figures().firms == 0
