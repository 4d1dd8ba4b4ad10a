"""What holds for every test: no network, few threads, browser tests marked.

Knows nothing of what is tested.
"""

import os

# Before anything imports Hugging Face, Gradio or torch; children inherit it.
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    TOKENIZERS_PARALLELISM="false",
)
os.environ.setdefault("OMP_NUM_THREADS", "1")

import ipaddress
import shutil
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# A shell that starts a run in the background has it ignore Ctrl-C, which many tests press.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# The same examples in every run: a change is never blamed for what another draw would have found.
# HYPOTHESIS_PROFILE=explore draws anew. Busy machines are slow, so no deadline and no "too slow".
_CALM = [hypothesis.HealthCheck.filter_too_much, hypothesis.HealthCheck.too_slow]
_COMMON: dict[str, Any] = {"deadline": None, "print_blob": True, "suppress_health_check": _CALM}
hypothesis.settings.register_profile("tandem", derandomize=True, **_COMMON)
hypothesis.settings.register_profile("explore", **_COMMON)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tandem"))


class NetworkBlocked(RuntimeError):
    """A test reached for the network."""


def _is_local(host: object) -> bool:
    """Whether a host is this machine; names other than localhost would need a look-up."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _block_network(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: raises on a connection or a look-up that leaves this machine."""
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        outside = isinstance(address, tuple) and not _is_local(address[0])
    elif event == "socket.getaddrinfo":
        outside = not _is_local(args[0])
    else:
        return
    if outside:
        raise NetworkBlocked(f"Tests run without a network; this one asked for {args!r}.")


sys.addaudithook(_block_network)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; the test is skipped where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything under tests/browser as a browser test; files with slow tests come first.

    Files are dealt out to workers: were a long one the last, the others would wait for it.
    """
    for item in items:
        if _is_browser(item.path):
            item.add_marker(pytest.mark.browser)
    slow = {_dealt(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: _dealt(item.nodeid) not in slow)


# Files that stand on one session fixture, which a second worker would make a second time.
TOGETHER = {
    f"tests/jobs/test_{name}.py": "tests/jobs: the pipeline"
    for name in ("controls", "pipeline", "report", "resume_recipes", "thresholds")
} | {
    f"tests/browser/test_{name}.py": "tests/browser: the embedded models"
    for name in ("batch_endpoint", "explain_endpoint")
}


def _dealt(nodeid: str) -> str:
    """What a test is dealt out to a worker with: its file, or the files of TOGETHER."""
    file = nodeid.partition("::")[0]
    return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By file, as --dist loadfile says, with some files together; other ways are xdist's own."""
    from xdist.scheduler import LoadFileScheduling

    class Dealing(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _dealt(nodeid)

    return Dealing(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A skipped browser test is a failure where browser tests are required."""
    return _required((yield), item.path)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """So is a browser test file that is skipped as a whole."""
    return _required((yield), collector.path)


def _required(report: Any, path: Path) -> Any:
    if report.skipped and _is_browser(path) and os.environ.get("TANDEM_REQUIRE_BROWSER") == "1":
        report.outcome = "failed"
        report.longrepr = f"A browser test was skipped where it is required: {report.longrepr}"
    return report


def _is_browser(path: Path) -> bool:
    return (ROOT / "tests" / "browser") in path.parents
