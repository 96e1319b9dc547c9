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
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from core.addons.catalogue import Found
from core.addons.faults import Fault, Words, words
from core.addons.graph import load_order, needed_by
from core.config import ROOT, Config
from core.version import VERSION

OUTPUT_KEPT = 8_000
_memo: dict[str, Fault | None] = {}  # by content hash, so it is true for every app of the process


def probe_all(found: Mapping[str, Found], *, config: Config) -> dict[str, Fault]:
    """Return the faults of those that must not be imported; verdicts are cached by code hash.

    New code is tried all together first, which is one process for a sound site; only when that
    fails is each tried alone, so that the guilty one is named.
    """
    store = _Verdicts(config.instance / "probes")
    with store.locked():
        order = load_order({n: f.manifest for n, f in found.items()})
        chains = {name: _chain(name, found, order) for name in order}
        marks = {name: _fingerprint(chain) for name, chain in chains.items()}
        unknown = [name for name in order if not store.knows(name, marks[name])]
        together = _ordered_union(unknown, chains, order, found)
        if len(unknown) > 1 and run_probe(together, seconds=config.probe_seconds) is None:
            for name in unknown:
                store.put(name, marks[name], None)
            unknown = []
        faults: dict[str, Fault] = {}
        for name in order:
            if any(one.manifest.name in faults for one in chains[name][:-1]):
                continue  # its dependency's fault is the one to show; follow_faults blames it
            if name in unknown:
                fault = run_probe(chains[name], seconds=config.probe_seconds)
                store.put(name, marks[name], fault)
            else:
                fault = store.get(name, marks[name])
            if fault is not None:
                faults[name] = fault
    return faults


def run_probe(chain: Sequence[Found], *, seconds: float) -> Fault | None:
    """Load the chain (dependencies first) in a fresh process and return what is wrong, if so."""
    name = chain[-1].manifest.name
    with tempfile.TemporaryDirectory(prefix="sunmao-probe-") as folder:
        task, verdict = Path(folder, "task.json"), Path(folder, "verdict.json")
        manifests = [one.manifest.model_dump() for one in chain]
        task.write_text(json.dumps({"manifests": manifests, "folder": folder}), encoding="utf-8")
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "core.addons.probe_child", str(task), str(verdict)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
            start_new_session=True,
        )
        output = _Tail(process.stdout)
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            said = words("It did not finish loading within %(seconds)s seconds.", seconds=seconds)
            return Fault(name, "probe", said, output.text())
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            output.close()
        return _read_verdict(verdict, name=name, code=code, output=output.text())


def _read_verdict(path: Path, *, name: str, code: int, output: str) -> Fault | None:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = words("It ended the process while loading (exit code %(code)d).", code=code)
        if code < 0:
            signal_name = signal.Signals(-code).name
            said = words("It crashed the process while loading (%(signal)s).", signal=signal_name)
        return Fault(name, "probe", said, output)
    if stored is None:
        return None
    guilty = stored["addon"] or name
    return Fault(guilty, stored["stage"], Words.from_json(stored["words"]), stored["trace"])


class _Tail:
    """Reads a stream to its end in a thread and keeps only its last part."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            raise ValueError("the process has no output pipe")
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            while part := self._stream.read1(65_536):  # type: ignore[attr-defined]
                self._kept = (self._kept + part)[-OUTPUT_KEPT:]

    def close(self) -> None:
        """Wait for the rest; what a surviving grandchild still writes is not waited for."""
        self._thread.join(timeout=2)
        self._stream.close()

    def text(self) -> str:
        """Return the kept output."""
        return self._kept.decode("utf-8", "replace")


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
            _memo[mark] = fault and Fault(
                name, fault["stage"], Words.from_json(fault["words"]), fault["trace"]
            )
        except (OSError, ValueError, KeyError):
            return False
        return True

    def get(self, name: str, mark: str) -> Fault | None:
        """Return the verdict that `knows` has found."""
        del name
        return _memo[mark]

    def put(self, name: str, mark: str, fault: Fault | None) -> None:
        """Keep a verdict."""
        _memo[mark] = fault
        shown = fault and {
            "stage": fault.stage,
            "words": fault.words.as_json(),
            "trace": fault.trace,
        }
        part = self._path(name).with_suffix(".part")
        part.write_text(json.dumps({"mark": mark, "fault": shown}), encoding="utf-8")
        part.replace(self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _chain(name: str, found: Mapping[str, Found], order: Sequence[str]) -> list[Found]:
    needed = needed_by(name, {n: f.manifest for n, f in found.items()})
    return [found[n] for n in order if n in needed] + [found[name]]


def _ordered_union(
    names: Sequence[str],
    chains: Mapping[str, list[Found]],
    order: Sequence[str],
    found: Mapping[str, Found],
) -> list[Found]:
    wanted = {one.manifest.name for name in names for one in chains[name]}
    return [found[name] for name in order if name in wanted]


def _fingerprint(chain: Sequence[Found]) -> str:
    """Hash what the verdict depends on: the packages' files, their manifests, the core."""
    digest = hashlib.sha256(f"{VERSION} {sys.version}".encode())
    for path in sorted((ROOT / "core").rglob("*.py")):
        state = path.stat()
        digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}".encode())
    for one in chain:
        digest.update(one.manifest.model_dump_json().encode())
        folder = one.folder
        for path in sorted(folder.rglob("*")) if folder else ():
            if folder and path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(folder)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
