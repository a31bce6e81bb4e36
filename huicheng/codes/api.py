"""The door of codes: checksums, standard forms, divisions and addresses, one at a time or a column at a time."""
from __future__ import annotations

from huicheng.codes.checksums import (
    credit_check_character,
    mod37_36,
    organisation_check_character,
    person_check_digit,
)
from huicheng.codes.coordinates import gcj02_columns_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02
from huicheng.codes.divisions import Division, children, division, find, present_day
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
from huicheng.codes.problems import Refused, is_doubt, problem_codes, problem_text

__all__ = [
    "CreditCode", "Division", "PersonId", "Refused", "Taxpayer", "children", "credit_check_character",
    "credit_codes", "division", "find", "gcj02_columns_to_wgs84", "gcj02_to_wgs84", "is_doubt", "mod37_36",
    "organisation_check_character", "organisation_of", "person_check_digit", "person_facts", "person_ids",
    "present_day", "problem_codes", "problem_text", "read_credit_code", "read_licence_number",
    "read_organisation_code", "read_person_id", "read_taxpayer", "repair_credit_code", "repair_person_id",
    "upgrade_person_id", "wgs84_to_gcj02",
]
