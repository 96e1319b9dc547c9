"""Nothing of the machine on which the code was written may stand in the repository."""

import re

from tests.house.source import name_of, own_files

# Written in pieces so that this file does not find itself.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org"]
PLACES = ["/" + "work/", "/" + "root/", "/" + "home/[a-z]", "/" + "Users/"]
BEFORE = r"(?<![\w.}])"
TRACE = re.compile("|".join([*map(re.escape, HOSTS), *(BEFORE + place for place in PLACES)]))
BINARY = {".png", ".ico", ".woff2", ".xlsx", ".gz", ".db", ".jpg", ".zip"}


def test_no_file_names_a_registry_or_a_place_on_one_machine():
    guilty = []
    for file in own_files():
        if file.suffix in BINARY:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        guilty += [f"{name_of(file)}: {hit.group()}" for hit in TRACE.finditer(text)]
    assert not guilty


def test_the_search_sees_planted_traces():
    assert TRACE.search("--index-url https://" + HOSTS[0] + "/simple")
    assert TRACE.search('open("' + PLACES[0] + 'main/x")')
    assert not TRACE.search("the /workorders/ pages, net" + PLACES[0])


def test_no_third_party_script_or_sheet_is_committed():
    minified = [name_of(file) for file in own_files() if re.search(r"\.min\.(js|css)$", file.name)]
    vendored = [name_of(file) for file in own_files() if "node_modules" in file.parts]
    assert not minified + vendored
