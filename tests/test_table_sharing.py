"""民政局's own tools read the files it was granted; 公安局's read nothing of them. The client is the public one."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from huicheng.exchange.api import (
    NeedsConfirmation,
    Terms,
    confirm,
    deliver,
    reading_proof,
    readings_of,
    roll_back,
)
from huicheng.exchange.granting.models import GrantRow
from huicheng.exchange.sharing import making
from huicheng.exchange.sharing.models import SharedVersion
from huicheng.exchange.tests.town import granted, official, publish_files
from huicheng.ground.api import acting_as, check_proof, deliver_news, events, public_keys, run_inline, seal
from huicheng.identity.api import api_keys, make_key, revoke_key
from huicheng.identity.models import ApiKey
from tests.clients import loaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def files(transactional_db):
    from huicheng.exchange.api import sync_declared

    sync_declared()
    publish_files()


@pytest.fixture
def grant(files):
    return granted()


def token_of(of, *, scope="", duties=()):
    keeper = official(99, "陈静", of, "keys", "read", "deliver", "decide")
    with acting_as(keeper):
        return make_key(
            "共享", of=of, duties=duties, scope=scope, expires=timezone.now() + timedelta(1)
        ).token


@pytest.fixture
def profile(grant, live_server):
    told = {
        "shareCredentialsVersion": 1, "endpoint": f"{live_server.url}/sharing",
        "bearerToken": token_of("minzheng", scope=f"sharing:{grant.id}"),
    }  # fmt: skip
    return loaded("delta_sharing").protocol.DeltaSharingProfile.read_from_file(io.StringIO(json.dumps(told)))


def client_of(profile):
    return loaded("delta_sharing").rest_client.DataSharingRestClient(profile, num_retries=0)


def read(profile, grant, *, delta=None, **how):
    delta_sharing = loaded("delta_sharing")
    table = delta_sharing.protocol.Table(name="health_files", share="weijian", schema=grant.id)
    reader = delta_sharing.reader.DeltaSharingReader(table, client_of(profile), use_delta_format=delta, **how)
    return reader.to_pandas()


def asked(live_server, token, place, method="get", **more):
    whole = f"{live_server.url}/sharing/{place}"
    return getattr(requests, method)(whole, headers={"Authorization": f"Bearer {token}"}, timeout=30, **more)


def address(profile, grant):
    place = f"{profile.endpoint}/shares/weijian/schemas/{grant.id}/tables/health_files/query"
    answer = requests.post(
        place, "{}", headers={"Authorization": f"Bearer {profile.bearer_token}"}, timeout=30
    )
    assert answer.headers["Delta-Table-Version"]
    return json.loads(answer.text.splitlines()[2])["file"]["url"]


def test_the_public_client_lists_what_was_granted(profile, grant):
    tables = loaded("delta_sharing").SharingClient(profile).list_all_tables()
    assert [(one.share, one.schema, one.name) for one in tables] == [("weijian", grant.id, "health_files")]


@pytest.mark.parametrize("delta", [None, False, True], ids=["either", "parquet", "delta"])
def test_the_public_client_reads_what_was_granted_and_nothing_more(profile, grant, delta):
    table = read(profile, grant, delta=delta)
    assert (list(table.columns), len(table)) == (["id_number", "name", "phone", "updated_on"], 12)
    assert table.sort_values("phone")["id_number"].tolist()[0] == "2101**************"
    assert str(table["updated_on"].max())[:10] == str(timezone.localdate())


def test_a_limit_is_kept(profile, grant):
    assert len(read(profile, grant, delta=False, limit=5)) == 5


def test_a_new_version_comes_and_the_older_one_stays_readable(profile, grant):
    assert len(read(profile, grant)) == 12
    older = SharedVersion.objects.get().number
    publish_files(3)
    assert len(read(profile, grant)) == 3
    assert len(read(profile, grant, delta=False, version=older)) == 12
    assert SharedVersion.objects.count() == 2


def receipts():
    return [one.data["signed"]["document"] for one in events(kind="exchange.QuestionAsked")]


def test_a_copy_is_made_once_and_each_time_it_is_handed_out_there_is_a_receipt(profile, grant):
    for _time in range(3):
        read(profile, grant)
    assert len(events(kind="exchange.TableShared")) == 1
    found = receipts()
    assert [one.data["rows"] for one in events(kind="exchange.ExportFinished")] == [12, 12, 12]
    assert len({one["reads"][0]["set"] for one in found}) == 1
    assert (
        found[0]["reads"][0]["answer"]
        == hashlib.sha256(making.file_of(SharedVersion.objects.get()).read_bytes()).hexdigest()
    )


def test_the_receipt_of_a_shared_table_names_its_rows_and_its_file(profile, grant):
    answer = asked_at(profile, f"shares/weijian/schemas/{grant.id}/tables/health_files/query")
    number = answer.headers["Huicheng-Receipt"]
    told = check_proof(reading_proof(number), keys=[one.pem for one in public_keys()]).document["sent"]
    file = requests.get(json.loads(answer.text.splitlines()[2])["file"]["url"], timeout=30).content
    assert (told["rows"], told["sha256"]) == (12, hashlib.sha256(file).hexdigest())


def test_each_handing_out_stands_in_the_log_of_those_it_tells_of(profile, grant):
    for _time in range(2):
        address(profile, grant)
    assert [len(readings_of([f"21010219{60 + place}0307{place:04d}"])) for place in (0, 11)] == [2, 2]
    assert readings_of(["210102199903070000"]) == []


def test_each_handing_out_counts_its_rows_and_is_refused_when_the_day_is_used_up(profile, grant):
    GrantRow.objects.update(rows_per_day=30)
    for _time in range(2):
        address(profile, grant)
    place = f"shares/weijian/schemas/{grant.id}/tables/health_files/query"
    answer = asked_at(profile, place)
    assert (answer.status_code, answer.json()["errorCode"]) == (429, "QUOTA_EXCEEDED")
    assert int(answer.headers["Retry-After"]) > 0
    assert len(receipts()) == 2
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "超出授权配额"


def test_looking_at_what_a_table_is_hands_out_nothing(profile, grant):
    for what in ("metadata", "version"):
        asked_at(profile, f"shares/weijian/schemas/{grant.id}/tables/health_files/{what}", "get")
    assert (receipts(), len(events(kind="exchange.TableShared"))) == ([], 1)


def asked_at(profile, place, method="post"):
    headers = {"Authorization": f"Bearer {profile.bearer_token}"}
    return getattr(requests, method)(f"{profile.endpoint}/{place}", headers=headers, timeout=30)


def test_another_department_sees_no_share(grant, live_server):
    token = token_of("gongan", duties=("read",))
    assert asked(live_server, token, "shares").json() == {"items": []}
    place = f"shares/weijian/schemas/{grant.id}/tables/health_files/metadata"
    answer = asked(live_server, token, place)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NO_SUCH_SHARE")
    assert events(kind="exchange.AccessRefused")[0].subject == f"grant:{grant.id}"
    assert requests.get(f"{live_server.url}/sharing/shares", timeout=30).status_code == 401


def test_a_key_of_one_grant_sees_that_one_alone(profile, files):
    other = granted(columns=("name",), purpose="另一个用途")
    tables = loaded("delta_sharing").SharingClient(profile).list_all_tables()
    assert other.id not in {one.schema for one in tables}


def test_a_grant_for_sums_or_for_cases_lets_no_table_out(files, live_server):
    granted(Terms(case_required=True))
    token = token_of("minzheng", duties=("read",))
    assert asked(live_server, token, "shares").json() == {"items": []}


@pytest.mark.parametrize("end", ["revoked_at", "expires"])
def test_a_grant_that_ended_closes_the_table_and_the_addresses(profile, grant, end):
    url = address(profile, grant)
    assert requests.get(url, timeout=30).status_code == 200
    GrantRow.objects.update(**{end: timezone.now()})
    refused = requests.get(url, timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (
        403, "grant_revoked" if end == "revoked_at" else "grant_expired",
    )  # fmt: skip
    assert events(kind="exchange.AccessRefused")[0].data["tables"] == ["health_files"]
    with pytest.raises(requests.HTTPError, match="403"):
        read(profile, grant)
    line = events(kind="exchange.AccessRefused")[0].data
    assert line["reason"] == ("授权已撤销" if end == "revoked_at" else "授权已到期")


def test_a_grant_that_ends_in_the_middle_cuts_the_download_and_leaves_a_line(profile, grant, monkeypatch):
    from huicheng.exchange.granting.door import GrantRevoked
    from huicheng.exchange.sharing import http, links

    monkeypatch.setattr(http, "CHUNK", 100)
    monkeypatch.setattr(http, "LOOKED_AT_EVERY", 0)
    address(profile, grant)
    made = SharedVersion.objects.get()
    reader = f"machine:{api_keys('minzheng')[0].id}"
    pieces = http._pieces(making.file_of(made), 0, made.size, links.Address(made, grant, reader))
    assert len(next(pieces)) == 100
    GrantRow.objects.update(revoked_at=timezone.now())
    with pytest.raises(GrantRevoked):
        next(pieces)
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "发送途中授权结束"


def end_key():
    with acting_as(official(99, "陈静", "minzheng", "keys")):
        return revoke_key(api_keys("minzheng")[0].id).id


def test_a_revoked_key_closes_the_addresses_it_was_given(profile, grant):
    url = address(profile, grant)
    assert requests.get(url, timeout=30).status_code == 200
    end_key()
    refused = requests.get(url, timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (403, "address_refused")
    assert events(kind="exchange.AccessRefused")[0].data["tables"] == ["health_files"]


def test_a_key_that_is_revoked_in_the_middle_cuts_the_download(profile, grant, monkeypatch):
    from huicheng.exchange.sharing import http, links
    from huicheng.exchange.sharing.refusals import AddressRefused

    monkeypatch.setattr(http, "CHUNK", 100)
    monkeypatch.setattr(http, "LOOKED_AT_EVERY", 0)
    address(profile, grant)
    made, reader = SharedVersion.objects.get(), f"machine:{api_keys('minzheng')[0].id}"
    pieces = http._pieces(making.file_of(made), 0, made.size, links.Address(made, grant, reader))
    assert len(next(pieces)) == 100
    end_key()
    with pytest.raises(AddressRefused):
        next(pieces)
    assert events(kind="exchange.AccessRefused")[0].data["reason"] == "发送途中授权结束"


def test_a_reader_who_lost_the_duty_to_read_opens_no_address(grant, live_server):
    token = token_of("minzheng", duties=("read",))
    place = f"shares/weijian/schemas/{grant.id}/tables/health_files/query"
    url = json.loads(asked(live_server, token, place, "post", data="{}").text.splitlines()[2])["file"]["url"]
    assert requests.get(url, timeout=30).status_code == 200
    ApiKey.objects.update(duties=[])
    assert requests.get(url, timeout=30).status_code == 403


def test_rows_that_were_rolled_back_stay_in_no_older_version(profile, grant, tmp_path):
    file, sun = tmp_path / "files.csv", official(11, "孙丽", "weijian", "read", "deliver")
    file.write_text("档案编号,姓名,身份证号\nJK9999,误报,210102199003070046\n", encoding="utf-8")
    with acting_as(sun), pytest.raises(NeedsConfirmation) as held:
        deliver("health_files", file)
    with acting_as(sun):
        run_inline(confirm(held.value.receipt.id))
    address(profile, grant)
    older = SharedVersion.objects.order_by("-number").first().number
    with acting_as(sun):
        run_inline(roll_back("health_files"))
    seal()
    deliver_news()
    with pytest.raises(requests.HTTPError, match="404"):
        read(profile, grant, delta=False, version=older)


def test_an_address_holds_a_quarter_of_an_hour(profile, grant, monkeypatch):
    from huicheng.exchange.sharing import links

    monkeypatch.setattr(links, "LIVES", -1)
    answer = requests.get(address(profile, grant), timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (403, "address_refused")


def test_an_address_that_was_altered_leads_nowhere(profile, grant):
    url = address(profile, grant)
    place, mark = url.split("?")
    for wrong in (place, url[:-3] + "xxx", f"{place}A?{mark}", f"{place.rpartition('/')[0]}/x?{mark}"):
        assert requests.get(wrong, timeout=30).status_code == 403, wrong


def test_files_come_whole_or_in_ranges(profile, grant):
    url = address(profile, grant)
    whole = requests.get(url, timeout=30).content
    assert int(requests.head(url, timeout=30).headers["Content-Length"]) == len(whole)
    for asked_for, expected in (("bytes=0-3", whole[:4]), ("bytes=-4", whole[-4:]), ("bytes=8-", whole[8:])):
        part = requests.get(url, headers={"Range": asked_for}, timeout=30)
        assert (part.status_code, part.content) == (206, expected)
    assert requests.get(url, headers={"Range": f"bytes={len(whole)}-"}, timeout=30).status_code == 416


def test_a_download_leaves_one_line_however_many_pieces(profile, grant):
    url = address(profile, grant)
    for _piece in range(3):
        requests.get(url, headers={"Range": "bytes=0-9"}, timeout=30)
    assert (
        len([one for one in events(subject=f"grant:{grant.id}") if one.kind.endswith("SharedFileFetched")])
        == 1
    )


def test_after_an_erasure_no_copy_stays(profile, grant):
    url = address(profile, grant)
    assert making.forget_resource("health_files") > 0
    assert requests.get(url, timeout=30).status_code == 404
    assert not making.folder(grant.id).exists()
    assert len(read(profile, grant)) == 12


def test_after_an_erasure_no_file_stays_of_a_maker_that_told_of_none(profile, grant):
    making.folder(grant.id).mkdir(parents=True)
    (making.folder(grant.id) / "9-whole.parquet").write_bytes(b"PAR1")
    making.forget_resource("health_files")
    assert not making.folder(grant.id).exists()


def test_a_maker_that_was_killed_leaves_nothing_behind(profile, grant):
    making.folder(grant.id).mkdir(parents=True)
    (making.folder(grant.id) / ".9-half.parquet").write_bytes(b"PAR1")
    assert len(read(profile, grant)) == 12
    assert len(list(making.folder(grant.id).iterdir())) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("[]", "wrong_sharing_request"), ("{", "wrong_sharing_request"), ('{"version": "1"}', "wrong_sharing_request"),
        ('{"version": 99}', "no_such_share_version"), ('{"timestamp": "gestern"}', "wrong_sharing_request"),
        ('{"startingVersion": 0}', "wrong_sharing_request"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_named(profile, grant, live_server, body, error):
    place = f"shares/weijian/schemas/{grant.id}/tables/health_files/query"
    answer = asked(live_server, profile.bearer_token, place, "post", data=body)
    assert (400 <= answer.status_code < 500, answer.json()["error"]) == (True, error)


def test_lists_come_in_pages(files, live_server):
    one, two = granted(), granted(columns=("name",), purpose="另一个用途")
    token = token_of("minzheng", duties=("read",))
    first = asked(live_server, token, "shares/weijian/all-tables?maxResults=1").json()
    rest = asked(live_server, token, f"shares/weijian/all-tables?pageToken={first['nextPageToken']}").json()
    assert {one.id, two.id} == {item["id"] for item in first["items"] + rest["items"]}
    assert asked(live_server, token, "shares?pageToken=%20x").status_code == 400
