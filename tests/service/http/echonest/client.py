"""The Echo Nest's own client, fetched from the package index and made to run on today's Python."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fissix.refactor import RefactoringTool, get_fixers_from_package

SDIST = "pyechonest==9.0.0 --hash=sha256:1da4b3b8b457232a7eb35b59a48390b3c208759b01d596acaa71e6a172b40495\n"
SHIMS = {
    "urllib2.py": "from urllib.error import HTTPError, URLError\nfrom urllib.request import *\n"
    "from urllib.request import HTTPErrorProcessor\n",
    "httplib.py": "from http.client import *\n",
    "pkg_resources.py": "class DistributionNotFound(Exception):\n    pass\n\n"
    "def require(name):\n    raise DistributionNotFound(name)\n",
    "today.py": "import types\nimport urllib\nimport urllib.parse\n\n"
    "types.StringType, types.UnicodeType = bytes, str\nurllib.urlencode = urllib.parse.urlencode\n",
}
"""What Python 2 had, by the names it had there."""
ASK = """
import json, sys, today
from pyechonest import artist, config, song
config.API_HOST, config.ECHO_NEST_API_KEY = sys.argv[1], "any"
answers = {}
for name, call in json.load(sys.stdin).items():
    try:
        answers[name] = {"answer": eval(call)}
    except Exception as error:
        answers[name] = {"error": f"{type(error).__name__}: {error}"}
def plain(thing):
    return {"id": thing.id, "name": getattr(thing, "name", None) or thing.title} if hasattr(thing, "id") else str(thing)
json.dump(answers, sys.stdout, default=plain)
"""


def unpack_client(folder: Path) -> Path:
    """Fetch the client into a folder, convert it, and lay the shims beside it; return where to import it from."""
    (folder / "requirements.txt").write_text(SDIST, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
    options = ["--no-build-isolation", "--require-hashes", "-r", "requirements.txt", "--dest", "."]
    subprocess.run([*pip, *options], cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    home = next(folder.glob("pyechonest-*/"))
    fixers = set(get_fixers_from_package("fissix.fixes")) - {"fissix.fixes.fix_urllib"}
    tool = RefactoringTool(sorted(fixers))
    for path in (home / "pyechonest").glob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").expandtabs(8), encoding="utf-8")
        tool.refactor_file(str(path), write=True)
    for name, text in SHIMS.items():
        (home / name).write_text(text, encoding="utf-8")
    return home


def ask_client(home: Path, host: str, calls: Mapping[str, str]) -> dict[str, Any]:
    """Let the client make calls; return for each name its `answer` or its `error`."""
    command = [sys.executable, "-c", ASK, host]
    done = subprocess.run(command, cwd=home, input=json.dumps(calls), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers
