"""How wrong each department's file is, and why. Part of the benchmark: change it, change the version."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spoiling:
    """Shares of rows. `age`: years since rows were last touched, on average; old rows hold old facts.
    `code_short`: the 15-place form, of those old enough to have one."""

    resource: str
    reason: str
    age: float
    ways: str
    twice: float = 0.01
    garbage: float = 0.01
    code_missing: float = 0.0
    code_mistyped: float = 0.0
    code_short: float = 0.0
    code_relative: float = 0.0
    name_sound: float = 0.005
    name_look: float = 0.005
    name_space: float = 0.005
    name_wide: float = 0.002
    birth_missing: float = 0.0
    birth_wrong: float = 0.003
    sex_missing: float = 0.002
    sex_wrong: float = 0.001
    phone_missing: float = 0.05
    phone_wrong: float = 0.005
    address_missing: float = 0.01
    address_wide: float = 0.01
    other_dates: float = 0.02
    owner_missing: float = 0.0
    unit_missing: float = 0.0
    name_variant: float = 0.0


SPOILING = {
    spoiling.resource: spoiling
    for spoiling in (
        Spoiling(
            "police_households",
            "checked against the id card at a counter; but people live elsewhere than registered",
            age=6,
            ways="full=40 standard=45 community=10 coarse=1 no_unit=1 dashes=3",
            twice=0.008,
            garbage=0.008,
            code_missing=0.004,
            code_mistyped=0.003,
            code_short=0.003,
            name_sound=0.002,
            name_look=0.010,
            birth_wrong=0.001,
            phone_missing=0.45,
            address_missing=0.0,
        ),
        Spoiling(
            "civil_records",
            "typed from paper books, some from the nineties",
            age=5,
            ways="compound=30 dashes=25 standard=20 road_only=8 no_district=7 coarse=8 no_unit=2",
            twice=0.015,
            garbage=0.025,
            code_missing=0.10,
            code_mistyped=0.018,
            code_short=0.05,
            code_relative=0.002,
            name_sound=0.012,
            name_look=0.015,
            name_space=0.02,
            birth_missing=0.04,
            birth_wrong=0.008,
            phone_missing=0.25,
            phone_wrong=0.01,
            address_missing=0.04,
            other_dates=0.06,
        ),
        Spoiling(
            "insurance_members",
            "employers upload lists; addresses are seldom renewed",
            age=4,
            ways="dashes=35 compound=20 standard=20 hash=10 no_district=7 road_only=4 coarse=4",
            twice=0.025,
            garbage=0.015,
            code_missing=0.03,
            code_mistyped=0.008,
            code_short=0.02,
            code_relative=0.001,
            name_sound=0.006,
            name_space=0.01,
            birth_missing=0.01,
            phone_missing=0.12,
            address_missing=0.10,
            other_dates=0.03,
        ),
        Spoiling(
            "health_files",
            "clinics write by ear, in a hurry; a second file in a second clinic is usual",
            age=4,
            ways="community=25 compound=25 dashes=15 hash=10 coarse=10 no_district=6 road_only=5 no_unit=4",
            twice=0.33,
            garbage=0.025,
            code_missing=0.18,
            code_mistyped=0.015,
            code_short=0.015,
            code_relative=0.004,
            name_sound=0.020,
            name_look=0.008,
            name_space=0.01,
            name_wide=0.004,
            birth_missing=0.025,
            birth_wrong=0.010,
            sex_missing=0.01,
            sex_wrong=0.003,
            phone_missing=0.08,
            phone_wrong=0.012,
            address_missing=0.03,
            address_wide=0.02,
            other_dates=0.04,
        ),
        Spoiling(
            "school_rolls",
            "parents fill in forms; a parent's number stands where the child's should",
            age=1.5,
            ways="compound=40 dashes=20 community=15 hash=10 no_district=8 coarse=7",
            twice=0.03,
            garbage=0.02,
            code_missing=0.12,
            code_mistyped=0.012,
            code_relative=0.008,
            name_sound=0.008,
            name_look=0.01,
            name_space=0.01,
            birth_missing=0.01,
            birth_wrong=0.006,
            phone_missing=0.03,
            address_missing=0.02,
            other_dates=0.03,
        ),
        Spoiling(
            "firm_registrations",
            "the register of record: codes are given here",
            age=6,
            ways="full=10 standard=35 dashes=25 compound=10 hash=10 no_district=10",
            twice=0.0,
            garbage=0.006,
            code_missing=0.001,
            code_mistyped=0.003,
            name_look=0.002,
            name_sound=0.001,
            address_wide=0.03,
            owner_missing=0.02,
            name_variant=0.004,
        ),
        Spoiling(
            "tax_payers",
            "numbers of before 2015 linger; cancelled firms stay on file; names are cut short",
            age=3,
            ways="dashes=35 standard=20 compound=15 hash=10 no_district=12 road_only=8",
            twice=0.02,
            garbage=0.015,
            code_missing=0.05,
            code_mistyped=0.015,
            code_short=0.25,
            name_sound=0.01,
            name_space=0.02,
            phone_missing=0.15,
            owner_missing=0.03,
            name_variant=0.06,
        ),
        Spoiling(
            "insured_employers",
            "typed by employers' clerks; old names and addresses stay",
            age=4,
            ways="dashes=30 compound=20 hash=15 standard=15 no_district=12 road_only=8",
            twice=0.02,
            garbage=0.015,
            code_missing=0.12,
            code_mistyped=0.015,
            name_sound=0.012,
            name_space=0.02,
            name_variant=0.09,
            phone_missing=0.10,
        ),
        Spoiling(
            "property_titles",
            "careful about the flat, careless about the codes: old certificates carry none",
            age=9,
            ways="full=25 standard=45 dashes=15 compound=15",
            twice=0.01,
            garbage=0.010,
            code_missing=0.25,
            code_mistyped=0.004,
            code_short=0.03,
            name_look=0.008,
            address_missing=0.0,
            owner_missing=0.02,
            unit_missing=0.01,
        ),
        Spoiling(
            "police_addresses",
            "the standard address file; door plates were walked and measured",
            age=2,
            ways="full=80 standard=20",
            twice=0.004,
            garbage=0.005,
            address_missing=0.0,
            unit_missing=0.004,
        ),
        Spoiling(
            "property_taxes",
            "declared by owners on a form",
            age=2,
            ways="dashes=35 standard=25 compound=20 full=10 hash=6 no_district=4",
            twice=0.015,
            garbage=0.015,
            code_missing=0.05,
            code_mistyped=0.01,
            code_short=0.01,
            name_sound=0.006,
            name_space=0.01,
            address_missing=0.004,
            owner_missing=0.02,
            unit_missing=0.015,
        ),
    )
}
