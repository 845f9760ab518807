"""A home for an Elasticsearch node, assembled of published jars; needs a JDK and Maven, and no distribution."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from records.ids import file_fingerprint, fingerprint

HERE = Path(__file__).parent
VERSIONS = {"8.19.21": 17, "9.5.3": 21}
"""Elasticsearch versions that the tests know how to assemble, and the oldest JDK each runs on."""

DEFAULT = "8.19.21"
"""The version that most tests run on."""

_MODULES = {
    "transport-netty4": ("org.elasticsearch.transport.netty4.Netty4Plugin", r"(transport-netty4|netty)-"),
    "x-pack-core": (
        "org.elasticsearch.xpack.core.XPackPlugin",
        r"x-pack-core-|unboundid-ldapsdk-|http|commons-(logging|codec)-|elasticsearch-ssl-config-|slf4j-api-|log4j-slf4j2-",
    ),
}


class CannotAssembleError(Exception):
    """Something that this machine lacks; the message is one line."""


@dataclass(frozen=True, slots=True)
class Home:
    """An assembled node of one version, and the JDK that runs it."""

    version: str
    path: Path
    jdk: Path


def assemble(version: str) -> Home:
    """Return the home of a version, from the cache or made now.

    The cache is ~/.cache/topterms, or the folder that TOPTERMS_TEST_CACHE names. A home appears whole or not at all.

    Raises:
        CannotAssembleError: a JDK or Maven is missing, or the jars cannot be had.
    """
    jdk = _jdk(VERSIONS[version])
    cache = Path(os.environ.get("TOPTERMS_TEST_CACHE") or Path.home() / ".cache" / "topterms").absolute()
    ours = [file_fingerprint(HERE / name) for name in ("pom.xml", "Launcher.java", "log4j2.properties", "assembly.py")]
    target = cache / f"elasticsearch-{version}-{fingerprint(ours)[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=cache) as staging:
                _fill(Path(staging), version, jdk)
                Path(staging, "home").rename(target)
    return Home(version, target, jdk)


def _jdk(oldest: int) -> Path:
    """Return the oldest JDK (not a mere runtime) that is at least that old."""
    javac = shutil.which("javac")
    places = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    places += sorted(Path("/usr/lib/jvm").glob("*")) + ([Path(javac).resolve().parent.parent] if javac else [])
    found = {_release(p): p.resolve() for p in places if (p / "bin" / "javac").exists()}
    suitable = [release for release in found if release >= oldest]
    if not suitable:
        have = ", ".join(f"{r} at {p}" for r, p in sorted(found.items())) or "none"
        raise CannotAssembleError(f"a JDK of {oldest} or later is missing (found: {have})")
    return found[min(suitable)]


def _release(jdk: Path) -> int:
    release = jdk / "release"
    match = re.search(r'JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8")) if release.exists() else None
    return int(match[1]) if match else 0


def _fill(staging: Path, version: str, jdk: Path) -> None:
    home = staging / "home"
    for folder in ("config", "lib", "modules", "plugins", "logs"):
        (home / folder).mkdir(parents=True)
    _copy_jars(home / "lib", version)
    for module, (main, jars) in _MODULES.items():
        _lay_out_module(home, module, version, main, jars)
    shutil.copy(HERE / "log4j2.properties", home / "config")
    (home / "config" / "elasticsearch.yml").touch()
    _check([jdk / "bin" / "javac", "-cp", home / "lib" / "*", "-d", home / "lib", HERE / "Launcher.java"], "javac")


def _copy_jars(lib: Path, version: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotAssembleError("Maven (mvn) is missing")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={lib}", f"-Delasticsearch.version={version}"]
    _check([maven, "-q", "-B", "-f", HERE / "pom.xml", *goal], f"Maven could not fetch Elasticsearch {version}")


def _lay_out_module(home: Path, module: str, version: str, main: str, jars: str) -> None:
    folder = home / "modules" / module
    folder.mkdir()
    for jar in (home / "lib").glob("*.jar"):
        if re.match(jars, jar.name):
            jar.rename(folder / jar.name)
    lines = {
        "name": module,
        "description": module,
        "version": version,
        "elasticsearch.version": version,
        "java.version": str(VERSIONS[version]),
        "classname": main,
    }
    (folder / "plugin-descriptor.properties").write_text("".join(f"{k}={v}\n" for k, v in lines.items()))


def _check(command: list[str | Path], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        said = next((x for x in (done.stdout + done.stderr).splitlines() if "ERROR" in x or "error" in x), "no message")
        raise CannotAssembleError(f"{what}: {said.strip()}")
