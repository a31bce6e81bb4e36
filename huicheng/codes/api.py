"""The door of codes: checksums, standard forms, divisions and addresses, one at a time or a column at a time."""

from __future__ import annotations

from huicheng.codes.address_columns import address_keys, address_parts, parse_addresses
from huicheng.codes.address_parts import Address
from huicheng.codes.addresses import address_key, parse_address, standard_address
from huicheng.codes.checked import Checked
from huicheng.codes.checking import KINDS, check
from huicheng.codes.checksums import (
    credit_check_character,
    mod37_36,
    organisation_check_character,
    person_check_digit,
)
from huicheng.codes.code_tables import CodeTable, code_labels, label, table, table_names
from huicheng.codes.coordinates import gcj02_columns_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02
from huicheng.codes.dates import dates, read_date, read_datetime
from huicheng.codes.division_history import DivisionSpan, division_spans, division_table
from huicheng.codes.divisions import Division, children, division, find, present_day
from huicheng.codes.money import Money, read_money
from huicheng.codes.names import (
    FirmName,
    common_form,
    firm_name,
    person_name,
    sound_key,
    sound_keys,
    split_firm_name,
)
from huicheng.codes.organisations import (
    CreditCode,
    Taxpayer,
    credit_codes,
    organisation_of,
    read_credit_code,
    read_licence_number,
    read_organisation_code,
    read_taxpayer,
    repair_credit_code,
)
from huicheng.codes.persons import (
    PersonId,
    person_facts,
    person_ids,
    read_person_id,
    repair_person_id,
    upgrade_person_id,
)
from huicheng.codes.phones import phone, phones
from huicheng.codes.place_names import english_name, english_place
from huicheng.codes.problems import Refused, is_doubt, problem_codes, problem_text
from huicheng.codes.sounds import syllables
from huicheng.codes.text import simplified
from huicheng.codes.working_days import after_working_days, is_working_day

__all__ = [
    "KINDS",
    "Address",
    "Checked",
    "CodeTable",
    "CreditCode",
    "Division",
    "DivisionSpan",
    "FirmName",
    "Money",
    "PersonId",
    "Refused",
    "Taxpayer",
    "address_key",
    "address_keys",
    "address_parts",
    "after_working_days",
    "check",
    "children",
    "code_labels",
    "common_form",
    "credit_check_character",
    "credit_codes",
    "dates",
    "division",
    "division_spans",
    "division_table",
    "english_name",
    "english_place",
    "find",
    "firm_name",
    "gcj02_columns_to_wgs84",
    "gcj02_to_wgs84",
    "is_doubt",
    "is_working_day",
    "label",
    "mod37_36",
    "organisation_check_character",
    "organisation_of",
    "parse_address",
    "parse_addresses",
    "person_check_digit",
    "person_facts",
    "person_ids",
    "person_name",
    "phone",
    "phones",
    "present_day",
    "problem_codes",
    "problem_text",
    "read_credit_code",
    "read_date",
    "read_datetime",
    "read_licence_number",
    "read_money",
    "read_organisation_code",
    "read_person_id",
    "read_taxpayer",
    "repair_credit_code",
    "repair_person_id",
    "simplified",
    "sound_key",
    "sound_keys",
    "split_firm_name",
    "standard_address",
    "syllables",
    "table",
    "table_names",
    "upgrade_person_id",
    "wgs84_to_gcj02",
]
