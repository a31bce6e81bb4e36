from django.core.files.uploadedfile import SimpleUploadedFile

from huicheng.exchange import api as exchange
from huicheng.ground import api as ground
from huicheng.portals.desk.tests.conftest import GOOD, HEADER, NAMELESS


def upload(client, path, resource="police_households"):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post("/desk/deliver/", {"resource": resource, "file": file})


def chosen(page):
    """What the form would send back unchanged."""
    return {f"column-{n}": one["field"] for n, one in enumerate(page.context["matches"])}


def test_only_the_departments_own_resources_are_offered(li):
    html = li.get("/desk/deliver/").content.decode()
    assert "civil_records" in html
    assert "police_households" not in html


def test_another_departments_resource_is_refused(li, households):
    assert upload(li, households).status_code == 403


def test_a_form_without_a_file_says_so(wang):
    page = wang.post("/desk/deliver/", {"resource": "police_households"})
    assert page.status_code == 400
    assert "没有选择文件" in page.content.decode()


def test_the_columns_are_proposed_and_read_on_trial(wang, households):
    page = wang.get(upload(wang, households)["Location"])
    assert page.context["preview"].refused == 1
    assert chosen(page)["column-1"] == "name"


def test_nothing_is_written_before_the_last_button(wang, households):
    wang.get(upload(wang, households)["Location"])
    assert exchange.receipts() == []


def test_delivering_runs_as_a_job_and_ends_in_a_receipt(wang, households):
    place = upload(wang, households)["Location"]
    job = wang.post(place, {**chosen(wang.get(place)), "do": "deliver"})["Location"]
    ground.run_waiting()
    assert "看回执" in wang.get(job).content.decode()
    assert exchange.receipts()[0].accepted == 1


def test_a_replacement_that_would_lose_most_rows_is_asked_about(wang, households):
    households.write_text("\n".join((HEADER, GOOD, NAMELESS, NAMELESS)))
    place = upload(wang, households)["Location"]
    job = wang.post(place, {**chosen(wang.get(place)), "do": "deliver"})["Location"]
    ground.run_waiting()
    held = exchange.receipts(state="held")[0]
    assert f"/desk/deliveries/{held.id}/" in wang.get(job).content.decode()
    html = wang.get(f"/desk/deliveries/{held.id}/").content.decode()
    assert "等您确认" in html
    job = wang.post(f"/desk/deliveries/{held.id}/confirm/")["Location"]
    ground.run_waiting()
    assert "看回执" in wang.get(job).content.decode()
    assert exchange.receipt(held.id).accepted == 1


def test_a_held_delivery_can_be_given_up(wang, li, households):
    households.write_text("\n".join((HEADER, GOOD, NAMELESS, NAMELESS)))
    place = upload(wang, households)["Location"]
    wang.post(place, {**chosen(wang.get(place)), "do": "deliver"})
    ground.run_waiting()
    page = f"/desk/deliveries/{exchange.receipts(state='held')[0].id}/"
    assert li.post(f"{page}withdraw/").status_code == 404
    wang.post(f"{page}withdraw/")
    assert "没有写入" in wang.get(page).content.decode()
    assert wang.post(f"{page}confirm/")["Location"] == page
    assert ground.jobs(name="exchange.deliver", state="waiting") == []


def test_the_newest_delivery_is_undone_after_the_numbers_were_shown(wang, receipt, households, zhao):
    households.write_text("\n".join((HEADER, GOOD, GOOD)))
    place = upload(wang, households)["Location"]
    wang.post(place, {**chosen(wang.get(place)), "do": "deliver"})
    ground.run_waiting()
    newest = exchange.receipts()[0]
    page = f"/desk/deliveries/{newest.id}/"
    assert f"{page}rollback/" in wang.get(page).content.decode()
    assert wang.get(f"/desk/deliveries/{receipt.id}/rollback/").status_code == 302
    shown = wang.get(f"{page}rollback/").context["undo"]
    assert (shown.rows, shown.after) == (2, 1)
    wang.post(f"{page}rollback/")
    ground.run_waiting()
    assert exchange.receipt(newest.id).state == "rolled_back"


def test_a_required_column_left_out_is_named(wang, households):
    place = upload(wang, households)["Location"]
    sent = {**chosen(wang.get(place)), "column-1": "", "do": "deliver"}
    page = wang.post(place, sent)
    assert page.status_code == 400
    assert "姓名" in page.context["error"]
    assert ground.jobs() == []


def test_another_officials_file_is_not_there(wang, li, households):
    place = upload(wang, households)["Location"]
    assert li.get(place)["Location"] == "/desk/deliver/"


def test_a_file_can_be_withdrawn(wang, households):
    place = upload(wang, households)["Location"]
    wang.post(place, {"do": "drop"})
    assert wang.get(place)["Location"] == "/desk/deliver/"


def test_an_address_that_no_upload_has_is_not_found(wang):
    assert wang.get(f"/desk/deliver/{'x' * 300}/").status_code == 404


def test_a_very_long_name_delivers_like_any_other(wang, households):
    place = upload(wang, households.rename(households.with_name("户" * 80 + ".csv")))["Location"]
    wang.post(place, {**chosen(wang.get(place)), "do": "deliver"})
    ground.run_waiting()
    assert exchange.receipts()[0].file.startswith("户" * 60)
