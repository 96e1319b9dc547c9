"""Try an add-on in a process of its own before the server imports a line of it."""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.addons.catalogue import Found
from core.addons.faults import Fault, words
from core.addons.graph import load_order, needed_by
from core.config import ROOT, Config
from core.errors import ProgrammingFault
from core.version import VERSION

START_SECONDS = 120.0  # for the core itself, on a machine that is busy
_memo: dict[str, Fault | None] = {}  # by content hash, so it is true for every app of the process


def probe_all(found: Mapping[str, Found], *, config: Config) -> dict[str, Fault]:
    """Return the faults of those that must not be imported; verdicts are cached by code hash."""
    store = _Verdicts(config.instance / "probes")
    order = load_order({n: f.manifest for n, f in found.items()})
    chains = {name: _chain(name, found, order) for name in order}
    core, code = _state_of_the_core(), {name: _code_of(one) for name, one in found.items()}
    marks = {
        name: _fingerprint(core, [code[one.manifest.name] for one in chain])
        for name, chain in chains.items()
    }
    with store.locked():
        unknown = [name for name in order if not store.knows(name, marks[name])]
        tried = run_probes([chains[name] for name in unknown], seconds=config.probe_seconds)
        for name, fault in zip(unknown, tried, strict=True):
            store.put(name, marks[name], fault)
    verdicts = {name: store.get(marks[name]) for name in order}
    return {name: fault for name, fault in verdicts.items() if fault is not None}


def run_probes(chains: Sequence[Sequence[Found]], *, seconds: float) -> list[Fault | None]:
    """Load each chain (dependencies first) in a process forked from one that has only the core.

    Returns what is wrong with the last of each chain. Raises ProgrammingFault when the core itself
    does not start there: that is no add-on's fault.
    """
    if not chains:
        return []
    with tempfile.TemporaryDirectory(prefix="sunmao-probe-") as folder:
        task, answer = Path(folder, "task.json"), Path(folder, "answer.json")
        manifests = [[one.manifest.model_dump() for one in chain] for chain in chains]
        given = {"chains": manifests, "folder": folder, "seconds": seconds}
        task.write_text(json.dumps(given), encoding="utf-8")
        ended = subprocess.run(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "core.addons.probe_child", str(task), str(answer)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
            timeout=START_SECONDS + (seconds + 1) * len(chains),
            check=False,
        )
        if not answer.exists():
            text = ended.stdout.decode("utf-8", "replace")[-4_000:]
            raise ProgrammingFault(f"the process that tries add-ons did not start:\n{text}")
        stored = json.loads(answer.read_text(encoding="utf-8"))
    return [
        _verdict(chain[-1].manifest.name, one, seconds=seconds)
        for chain, one in zip(chains, stored, strict=True)
    ]


def _verdict(name: str, answer: Mapping[str, Any], *, seconds: float) -> Fault | None:
    """Read what became of one attempt: a verdict of its own, or the way its process ended."""
    output = str(answer["output"])
    if answer["late"]:
        said = words("It did not finish loading within %(seconds)s seconds.", seconds=seconds)
        return Fault(name, "probe", said, output)
    if answer["judged"]:
        fault = answer["fault"]
        return fault and Fault.from_json(name, fault)
    code = int(answer["code"])
    said = words("It ended the process while loading (exit code %(code)d).", code=code)
    if code < 0:
        signal_name = signal.Signals(-code).name
        said = words("It crashed the process while loading (%(signal)s).", signal=signal_name)
    return Fault(name, "probe", said, output)


class _Verdicts:
    """The cache on disk: one small file an add-on, written by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process of the site probe at a time; the others find its verdicts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def knows(self, name: str, mark: str) -> bool:
        """Tell whether there is a verdict for this very code."""
        if mark in _memo:
            return True
        try:
            stored: dict[str, Any] = json.loads(self._path(name).read_text(encoding="utf-8"))
            if stored["mark"] != mark:
                return False
            fault = stored["fault"]
            _memo[mark] = fault and Fault.from_json(name, fault)
        except (OSError, ValueError, KeyError):
            return False
        return True

    def get(self, mark: str) -> Fault | None:
        """Return the verdict that `knows` has found or `put` has kept."""
        return _memo[mark]

    def put(self, name: str, mark: str, fault: Fault | None) -> None:
        """Keep a verdict."""
        _memo[mark] = fault
        shown = fault and fault.as_json()
        part = self._path(name).with_suffix(".part")
        part.write_text(json.dumps({"mark": mark, "fault": shown}), encoding="utf-8")
        part.replace(self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _chain(name: str, found: Mapping[str, Found], order: Sequence[str]) -> list[Found]:
    needed = needed_by(name, {n: f.manifest for n, f in found.items()})
    return [found[n] for n in order if n in needed] + [found[name]]


def _fingerprint(core: bytes, chain: Sequence[bytes]) -> str:
    """Hash what the verdict depends on: the packages' files, their manifests, the core."""
    return hashlib.sha256(b"".join([f"{VERSION} {sys.version}".encode(), core, *chain])).hexdigest()


def _state_of_the_core() -> bytes:
    digest = hashlib.sha256()
    for path in _files(ROOT / "core"):
        if path.endswith(".py"):
            state = os.stat(path)  # noqa: PTH116 - at each start of each process
            digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}".encode())
    return digest.digest()


def _code_of(one: Found) -> bytes:
    digest = hashlib.sha256(one.manifest.model_dump_json().encode())
    for path in _files(one.folder) if one.folder else ():
        digest.update(path.removeprefix(str(one.folder)).encode())
        digest.update(Path(path).read_bytes())
    return digest.digest()


def _files(folder: Path) -> Iterator[str]:
    """Yield every file below a folder in one order, but for what Python keeps there."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (f"{place}/{name}" for name in sorted(names))
