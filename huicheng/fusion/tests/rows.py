"""A few rows about residents, built by hand, as the linker sees them."""

import numpy as np
import pyarrow as pa

from huicheng.codes.api import person_check_digit
from huicheng.fusion.linking.design import Rows
from huicheng.fusion.linking.linking import link
from huicheng.fusion.linking.mending import claim
from huicheng.fusion.linking.words import people_per_word, read_words
from huicheng.fusion.people.comparing import PEOPLE

FANG = 21010219880918002


def number(first17: int) -> str:
    return f"{first17}{person_check_digit(str(first17))}"


def person(name=None, code=0, birth=0, sex=0, phone=0, flat=0, claimed=0):
    """One source row; a flat gives its site, community and district."""
    site = flat // 100
    return {
        "name": name,
        "code": code,
        "birth": birth,
        "sex": sex,
        "phone": phone,
        "flat": flat,
        "claim": claimed,
        "site": site,
        "community": site // 100,
        "district": 210102 if site else 0,
    }


def wrong(first17: int, typed17: int) -> int:
    """A number one slip away from the true one, with the true check character."""
    check = person_check_digit(str(first17))
    return claim(typed17, 10 if check == "X" else int(check))


def rows_of(people: list[dict]) -> Rows:
    words, place = read_words(pa.array([one["name"] for one in people], pa.string()))
    columns = {
        name: np.array([one[name] for one in people], np.int64)
        for name in ("birth", "sex", "phone", "flat", "site", "community", "district", "claim")
    }
    for name in ("flat", "site", "community"):
        columns[name] = columns[name].astype(np.uint64)
    code = np.array([one["code"] for one in people], np.int64)
    columns |= {
        "name": place,
        "name_key": words.text_key[place],
        "sound_key": words.sound_key[place],
        "head_key": words.head_key[place],
        "family": np.zeros(len(people), bool),
    }
    bearers = people_per_word(place, code, len(words.texts))
    return Rows(
        code, columns, columns["claim"], {"names": words, "bearers": bearers, "sound_bearers": bearers}
    )


def linked(*people: dict) -> list[int]:
    return link(rows_of(list(people)), PEOPLE).entity.tolist()


# A file as a department would send it: invented people.
FOLDER_PEOPLE = """公民身份号码,姓名,性别,出生日期,联系电话
210102198503120025,王芳,女,1985-03-12,13900000001
210103199007041134,李强,男,1990-07-04,13900000002
210104200109304515,欧阳文远,男,2001-09-30,13900000003
"""
