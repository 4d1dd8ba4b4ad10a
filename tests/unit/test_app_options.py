"""The command line of app.py: what it accepts, what it refuses and in which words."""

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core import embedded
from core.errors import ConfigError
from dashboard import opening

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("tandem_app", ROOT / "app.py")
assert _spec and _spec.loader
app = importlib.util.module_from_spec(_spec)
sys.modules["tandem_app"] = app
_spec.loader.exec_module(app)


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """Folders for the four embedded models."""
    for name in embedded.FOLDERS.values():
        (tmp_path / name).mkdir()
    monkeypatch.setattr(embedded, "DEMO", tmp_path)
    return tmp_path


def read(*arguments, **environment):
    return app.read_options(arguments, environment)


def refused(*arguments, **environment):
    with pytest.raises(ConfigError) as problem:
        read(*arguments, **environment)
    return str(problem.value)


def test_the_embedded_models_on_loopback_are_the_default(demo):
    options = read()
    assert options.sources.teacher == str(demo / "teacher")
    assert options.sources.baseline == str(demo / "student_before")
    assert (options.host, options.share, options.logins) == ("127.0.0.1", False, {})
    assert opening.PORT <= options.port < opening.PORT + opening.TRIES


def test_folders_and_hub_ids_are_taken(demo, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    sources = read("--teacher", "owner/name-1.0", "--student", str(mine)).sources
    assert (sources.teacher, sources.student) == ("owner/name-1.0", str(mine))
    assert sources.baseline is None, "the embedded one belongs to the embedded student"
    assert read("--baseline", "none").sources.baseline is None
    assert read("--student", "a/b", "--baseline", "c/d").sources.baseline == "c/d"


def test_further_students_are_taken(demo, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    assert read().sources.students == ()
    assert read("--students", str(mine), "a/b").sources.students == (str(mine), "a/b")
    assert "--students: there is no folder /no/where" in refused("--students", "/no/where")


def test_where_files_are_kept_and_how_large_they_may_be(demo, tmp_path):
    assert (read().runs, read().max_bytes) == (Path("runs"), 50_000_000)
    options = read("--runs-dir", str(tmp_path / "new" / "runs"), "--max-mb", "3")
    assert (options.runs, options.max_bytes) == (tmp_path / "new" / "runs", 3_000_000)
    assert not options.runs.exists(), "made with the first upload"
    file = tmp_path / "file"
    file.write_text("")
    assert "is a file, not a folder" in refused("--runs-dir", str(file))
    assert "cannot be written into" in refused("--runs-dir", str(file / "below"))
    for wrong in ("0", "-1", "10001"):
        assert "--max-mb" in refused("--max-mb", wrong)


def test_what_may_be_trained_on_and_how_many_runs_side_by_side(demo, tmp_path):
    options = read()
    assert (options.data, options.models, options.slots) == ((), Path("runs/models"), None)
    data = tmp_path / "data"
    data.mkdir()
    link = tmp_path / "link"
    link.symlink_to(data)
    options = read("--data", str(link), "--models", str(tmp_path / "m"), "--slots", "2")
    assert options.data == (data,), "a link is followed once, when the server starts"
    assert (options.models, options.slots) == (tmp_path / "m", 2)
    assert read("--runs-dir", str(tmp_path)).models == tmp_path / "models"
    assert "--data: there is no folder /no/where" in refused("--data", str(data), "/no/where")
    assert "would open the whole disk" in refused("--data", "/")
    file = tmp_path / "file"
    file.write_text("")
    assert "--models" in refused("--models", str(file))
    for wrong in ("0", "-1", "65"):
        assert "--slots" in refused("--slots", wrong)


def test_a_missing_model_is_named(demo, tmp_path):
    assert "--teacher: there is no folder /no/where" in refused("--teacher", "/no/where")
    assert "no folder ./models/x" in refused("--student", "./models/x")
    file = tmp_path / "model.bin"
    file.write_text("")
    assert "is a file, not a model folder" in refused("--translator", str(file))
    (demo / "translator").rmdir()
    assert "The embedded translator is missing" in refused()


@pytest.mark.parametrize("arguments", [("--host", "0.0.0.0"), ("--host", "box.lan"), ("--share",)])
def test_an_open_door_needs_a_login(demo, arguments):
    said = refused(*arguments)
    assert "without a login" in said and "--auth FILE" in said and opening.LOGIN_VARIABLE in said


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_none(host):
    opening.refuse_open_door(host, False, {})


def test_logins_come_from_a_file_or_the_environment(demo, tmp_path):
    file = tmp_path / "logins"
    file.write_text("# who may enter\nada:pass:word\n\n grace :x y \n")
    assert read("--host", "0.0.0.0", "--auth", str(file)).logins == {
        "ada": "pass:word",
        "grace": "x y ",
    }
    assert read("--share", TANDEM_AUTH="ada:secret").logins == {"ada": "secret"}


def test_bad_login_files_are_refused_without_showing_them(demo, tmp_path):
    file = tmp_path / "logins"
    assert "cannot be read" in refused("--auth", str(file))
    file.write_text("hunter2\n")
    said = refused("--auth", str(file))
    assert "Login 1" in said and "hunter2" not in said
    file.write_text("\n")
    assert "holds no login" in refused("--auth", str(file))
    file.write_bytes(b"\xff\xfe:\x00")
    assert "not UTF-8" in refused("--auth", str(file))
    assert "hunter2" not in refused(TANDEM_AUTH="hunter2")


def test_ports(demo):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in refused("--port", str(port))
    assert read("--port", str(port)).port == port
    assert "is not a port" in refused("--port", "70000")
    assert "is not an address of this machine" in refused("--host", "192.0.2.1", TANDEM_AUTH="a:b")


def test_the_next_free_port_is_taken(demo, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(opening, "PORT", taken.getsockname()[1])
        assert read().port > opening.PORT


def test_a_wrong_option_exits_with_2_before_anything_is_loaded():
    command = [sys.executable, str(ROOT / "app.py"), "--teacher", "/no/where"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "there is no folder /no/where" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    unknown = subprocess.run([*command[:2], "--nope"], capture_output=True, text=True, timeout=60)
    assert unknown.returncode == 2
