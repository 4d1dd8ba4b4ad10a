"""The endpoint /models, asked by gradio_client as a program would."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from gradio_client import Client

from core.embedded import DEMO
from core.manifest import read_manifest

KEYS = {
    "name", "called", "folder", "source", "place", "role", "loaded", "base", "languages", "labels",
    "pooling",
    "parameters", "bytes", "parents", "data", "metrics", "main_metric", "threshold", "thresholds",
    "weight_reference", "licence", "created", "command", "identity", "packed", "legacy",
    "deletable", "problem", "hint",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever this machine has of the hub is not among the models."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def asked(serve: Callable[..., Any], tmp_path: Path) -> tuple[Any, Client]:
    (tmp_path / "models").mkdir()
    copytree(DEMO / "student", tmp_path / "models" / "mine")
    torn = Path(copytree(DEMO / "translator", tmp_path / "models" / "torn"))
    (torn / "vocab.json").unlink()
    site = serve(runs=tmp_path)
    return site, Client(site.url, verbose=False)


def test_every_model_is_told_key_by_key(asked: tuple[Any, Client]) -> None:
    _, client = asked
    found = client.predict(api_name="/models")
    assert all(set(one) == KEYS for one in found)
    by_name = {one["name"]: one for one in found}
    embedded = ["student", "student_before", "teacher", "translator"]
    assert [one["name"] for one in found if one["place"] == "embedded"] == embedded
    for name in embedded:
        one, manifest = by_name[name], read_manifest(DEMO / name)
        assert one["identity"] == manifest.identity and one["role"] == manifest.role
        assert one["metrics"] == json.loads(json.dumps(manifest.metrics))
        assert one["folder"] == one["source"] == str(DEMO / name)
        assert not one["deletable"] and one["problem"] is None
    assert {p["role"]: p["name"] for p in by_name["student"]["parents"]} == {
        "teacher": str(DEMO / "teacher"),
        "student": str(DEMO / "student_before"),
        "translator": str(DEMO / "translator"),
    }
    assert by_name["mine"]["place"] == "models" and by_name["mine"]["deletable"]


def test_refused_ones_stand_last_with_the_reason(asked: tuple[Any, Client]) -> None:
    _, client = asked
    found = client.predict(api_name="/models")
    assert found[-1]["name"] == "torn"
    assert "half-written: vocab.json is missing" in found[-1]["problem"] and found[-1]["hint"]


def test_what_is_loaded_is_told(asked: tuple[Any, Client], until: Any) -> None:
    site, client = asked
    found = {one["name"]: one for one in client.predict(api_name="/models")}
    assert all(one["loaded"] == [] for one in found.values())
    site.training.services.replace("teacher", found["mine"]["source"])
    until(lambda: not site.training.services.status().changing)
    found = {one["name"]: one for one in client.predict(api_name="/models")}
    assert found["mine"]["loaded"] == ["teacher"] and not found["mine"]["deletable"]


def test_it_takes_no_argument(asked: tuple[Any, Client]) -> None:
    _, client = asked
    about = client.view_api(return_format="dict")["named_endpoints"]["/models"]
    assert about["parameters"] == []


def test_where_a_login_is_set_it_needs_one(serve: Callable[..., Any]) -> None:
    site = serve(logins={"ann": "secret"})
    with pytest.raises(Exception, match="(?i)auth|login|log in|401|credentials"):
        Client(site.url, verbose=False).predict(api_name="/models")
    found = Client(site.url, auth=("ann", "secret"), verbose=False).predict(api_name="/models")
    assert [one["name"] for one in found if one["place"] == "embedded"]
