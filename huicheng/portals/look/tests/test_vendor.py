import pytest

from huicheng.portals.look import vendor


def test_missing_scripts_are_named_with_what_to_do(tmp_path):
    with pytest.raises(vendor.ScriptsMissing, match=r"htmx.*npm ci"):
        vendor.copy(tmp_path)


def test_copying_twice_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "vendor")
    for source in vendor.FILES.values():
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source).write_text("x")
    assert len(vendor.copy(tmp_path)) == len(vendor.FILES)
    assert vendor.copy(tmp_path) == []
