import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huicheng.ground.api import Actor
from huicheng.portals.desk import drafts

WANG = Actor(id="account:1", name="王芳", kind="official", department="gongan")
LI = Actor(id="account:2", name="李强", kind="official", department="minzheng")


def keep(name="户籍.csv", content=b"a,b\n1,2\n"):
    return drafts.keep(SimpleUploadedFile(name, content), resource="police_households", actor=WANG)


def test_an_upload_waits_in_the_citys_home():
    draft = keep()
    assert drafts.find(draft.token, WANG).path.read_bytes() == b"a,b\n1,2\n"


def test_another_official_does_not_find_it():
    assert drafts.find(keep().token, LI) is None


def test_a_made_up_token_finds_nothing():
    assert [drafts.find(token, WANG) for token in ("abc", "../keys", "..", "", "a" * 300)] == [None] * 5


def test_an_empty_file_is_refused_by_name():
    with pytest.raises(drafts.UploadRefused, match="空的"):
        keep("空的.csv", b"")


def test_a_path_in_the_name_stays_in_the_folder():
    draft = keep("../../keys/master.key")
    assert draft.path.parent.parent.name == draft.token


def test_uploads_of_a_resource_that_was_erased_from_are_gone_and_later_ones_stay():
    draft = keep()
    before = draft.path.parents[1].stat().st_mtime
    drafts.drop_all("civil_records", before=before + 1)
    drafts.drop_all("police_households", before=before - 1)
    assert drafts.find(draft.token, WANG)
    drafts.drop_all("police_households", before=before + 1)
    assert drafts.find(draft.token, WANG) is None


def test_a_dropped_file_is_gone():
    draft = keep()
    drafts.drop(draft.token)
    assert drafts.find(draft.token, WANG) is None


@pytest.mark.parametrize("name", ["户" * 100 + ".csv", "户" * 100, "户." + "籍" * 100, "draft.json", "file"])
def test_any_name_is_taken_and_shown_as_it_came(name):
    found = drafts.find(keep(name).token, WANG)
    assert found.name == name
    assert found.path.read_bytes() == b"a,b\n1,2\n"


def test_a_long_name_keeps_its_kind():
    assert keep("户" * 100 + ".xlsx").path.name.endswith("户.xlsx")
