import pyarrow as pa

from huicheng.codes.api import credit_codes
from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.firms.comparing import FIRMS
from huicheng.fusion.firms.rows import organisations, read_rows
from huicheng.fusion.linking.linking import link
from huicheng.fusion.sources import Source
from huicheng.fusion.standardising import place, standardise

CODE = "91210103MAKE356127"
OLD = "210103MAKE35612"


def registered(name, code, address="沈阳市沈河区长青路8号101室", legal_person="王芳"):
    return {
        "name": name,
        "credit_code": code,
        "address": address,
        "legal_person": legal_person,
        "registered_on": "2018-10-09",
    }


def taxed(name, code, address="沈阳市沈河区长青路8号101室", legal_person="王芳"):
    return {
        "name": name,
        "taxpayer_no": code,
        "address": address,
        "legal_person": legal_person,
        "registered_on": "2018-11-01",
        "phone": "024-22334455",
    }


def linked(registrations, taxpayers):
    tables = {"firm_registrations": registrations, "tax_payers": taxpayers}

    def read(source: Source):
        lines = tables.get(source.resource)
        return (
            pa.Table.from_pylist([{**line, "_row": n, "_delivery": "D1"} for n, line in enumerate(lines, 1)])
            if lines
            else None
        )

    standard = standardise("firms", read)
    place([standard], read_addresses)
    return link(read_rows(standard), FIRMS).entity.tolist()


def test_an_old_taxpayer_number_carries_the_organisation_of_the_new_code():
    standing, claimed = organisations(
        pa.array([CODE, OLD, "无", None]), credit_codes(pa.array([CODE, OLD, "无", None])).values
    )
    assert standing[0] == standing[1] != 0
    assert standing[2:].tolist() == claimed[2:].tolist() == [0, 0]


def test_old_and_new_number_are_one_firm():
    a, b = linked([registered("沈阳晟德建筑工程有限公司", CODE)], [taxed("沈阳晟德建筑工程公司", OLD)])
    assert a == b


def test_a_row_without_a_number_is_found_by_name_and_leader():
    a, b = linked(
        [registered("沈阳晟德建筑工程有限公司", CODE)], [taxed("沈阳市晟德建筑工程有限责任公司", None)]
    )
    assert a == b


def test_a_branch_is_not_its_parent():
    a, b = linked(
        [registered("沈阳晟德建筑工程有限公司", CODE)],
        [taxed("沈阳晟德建筑工程有限公司于洪分公司", None, "沈阳市于洪区黄海路5号2-1-301", "李强")],
    )
    assert a != b
