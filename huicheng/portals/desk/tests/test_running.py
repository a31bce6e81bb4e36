from huicheng.exchange import api as exchange
from huicheng.ground import api as ground


def test_an_official_does_not_see_anothers_job(wang, li):
    with ground.acting_as(ground.Actor(id="account:x", name="王芳", kind="official", department="gongan")):
        job = ground.submit("fusion.run", key="test")
    assert wang.get(f"/desk/jobs/{job.id}/").status_code == 200
    assert li.get(f"/desk/jobs/{job.id}/").status_code == 404


def test_an_open_job_asks_for_its_progress_again_and_a_done_one_does_not(zhao):
    job = ground.submit("fusion.run", key="test")
    assert "every 1s" in zhao.get(f"/desk/jobs/{job.id}/progress/").content.decode()
    ground.cancel(job.id)
    assert "every 1s" not in zhao.get(f"/desk/jobs/{job.id}/progress/").content.decode()


def test_a_job_says_which_data_it_delivered_and_the_citys_own_job_has_a_name(wang, zhao, receipt):
    assert f"交付 · {exchange.resource(receipt.resource).title}" in wang.get("/desk/jobs/").content.decode()
    ground.submit("city.sweep", key="test")
    assert "清理旧城市与升级前备份" in zhao.get("/desk/jobs/").content.decode()


def test_only_stewards_start_fusion_and_read_the_audit(wang, zhao):
    assert wang.post("/desk/fusion/start/").status_code == 403
    assert wang.get("/desk/audit/").status_code == 403
    assert zhao.post("/desk/fusion/start/").status_code == 302


def test_the_audit_is_checked_on_demand(zhao):
    assert "完整无缺" in zhao.post("/desk/audit/").content.decode()


def test_pages_without_data_say_what_will_be_here(zhao):
    assert "还没有融合过" in zhao.get("/desk/fusion/").content.decode()
    assert "还没有质量数据" in zhao.get("/desk/quality/").content.decode()
    assert "还没有作业" in zhao.get("/desk/jobs/").content.decode()


def test_a_made_up_job_is_a_plain_404(zhao):
    assert zhao.get("/desk/jobs/nothing/").status_code == 404
