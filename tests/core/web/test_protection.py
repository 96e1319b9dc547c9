import gzip
import re

import pytest

from core.app import create_app
from core.config import load_config
from core.testing.client import TOKEN
from core.web.assets import remote_assets
from core.web.static_files import asset, static_files


@pytest.fixture
def signed_in(make, login):
    return login(make.administrator())


def directives(response):
    policy = response.headers["Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in policy.split("; ")}


def test_the_policy_lets_nothing_inline_and_one_file_from_elsewhere(signed_in):
    policy = directives(signed_in.get("/"))
    assert policy["script-src"] == ["'self'", remote_assets()["chart.js"].address]
    assert policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert not any("unsafe" in word for words in policy.values() for word in words)


def test_every_answer_carries_the_headers(signed_in, client):
    for response in (signed_in.get("/"), signed_in.get("/nowhere"), client.get("/nowhere")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cache-Control"] == "no-store"
        assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", response.headers["X-Request-Id"])


def test_pages_hold_no_inline_script_style_or_handler(signed_in):
    for address in ("/", "/admin/organisation/employees", "/nowhere"):
        page = signed_in.get(address).get_data(as_text=True)
        assert "<script src=" in page
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


def test_a_form_without_token_is_refused_and_nothing_changes(signed_in):
    refused = signed_in.post("/preferences", data={"theme": "dark"})
    assert refused.status_code == 400
    assert 'data-theme="auto"' in signed_in.get("/").get_data(as_text=True)


def test_no_route_takes_a_form_without_token_from_anybody(app, signed_in, client):
    """Every address that changes something, asked with a cookie alone; the API asks for a token."""
    asked = {}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith("/api/"):
            continue
        with app.test_request_context():
            values = dict.fromkeys(rule.arguments, 1)
            path = (rule.build(values, append_unknown=False) or ("", ""))[1]
        for who, browser in (("administrator", signed_in), ("stranger", client)):
            asked[who, path] = browser.post(path, data={"csrf_token": "made up"}).status_code
    assert len(asked) > 60
    assert {key: status for key, status in asked.items() if status not in {400, 404}} == {}
    assert 400 in {status for (_who, path), status in asked.items() if path == "/login"}


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/x",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
        " //evil.example",
        "/\n/evil.example",
    ],
)
def test_signing_in_leads_nowhere_but_to_this_site(signed_in, address):
    answer = signed_in.get("/login", query_string={"next": address})
    assert answer.status_code in {303, 400}
    assert answer.headers.get("Location", "/") == "/"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://LOCALHOST"}, 303),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://[::1"}, 400),
        ({}, 303),
    ],
)
def test_a_form_with_the_right_token_is_refused_when_the_browser_names_another_site(
    signed_in, headers, status
):
    token = TOKEN.search(signed_in.get("/").get_data(as_text=True))[1]
    sent = {"csrf_token": token, "theme": "dark"}
    assert signed_in.post("/preferences", data=sent, headers=headers).status_code == status
    changed = 'data-theme="dark"' in signed_in.get("/").get_data(as_text=True)
    assert changed is (status == 303)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Content-Type": "application/json"},
    ],
)
def test_a_link_from_elsewhere_leads_here(signed_in, client, headers):
    assert signed_in.get("/", headers=headers).status_code == 200
    assert client.get("/login", headers=headers).status_code == 200
    assert signed_in.head("/", headers=headers).status_code == 200


def test_a_redirect_never_names_the_host_that_the_sender_chose(client):
    answer = client.get("/customers", headers={"Host": "evil.example"})
    assert answer.status_code in {301, 308}
    assert answer.headers["Location"] == "/customers/"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml"])
def test_a_page_reads_nothing_but_forms(signed_in, kind):
    answer = signed_in.post("/preferences", data=b'{"theme": "dark"}', content_type=kind)
    assert answer.status_code == 415
    assert 'data-theme="auto"' in signed_in.get("/").get_data(as_text=True)


def test_what_is_too_large_is_413_whatever_it_is(signed_in, app):
    token = TOKEN.search(signed_in.get("/").get_data(as_text=True))[1]
    many = b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1)
    part = b'--m\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    sent = {
        "application/x-www-form-urlencoded": b"csrf_token=" + token.encode() + b"&theme=" + many,
        "multipart/form-data; boundary=m": part + many + b"\r\n--m--\r\n",
    }
    for kind, body in sent.items():
        answer = signed_in.post("/preferences", data=body, content_type=kind)
        assert answer.status_code == 413
        assert "<h1>内容过大</h1>" in answer.get_data(as_text=True)
        megabytes = app.config["MAX_CONTENT_LENGTH"] // 1024 // 1024
        assert f"最多 {megabytes} MB" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("erp.example", 200),
        ("ERP.example:8443", 200),
        ("a.inner.example", 200),
        ("evil.example", 400),
        ("erp.example.evil.example", 400),
        ("erp.example/<x>", 400),
    ],
)
def test_a_site_answers_only_under_the_names_that_are_configured(
    tmp_path, site, host, status, monkeypatch
):
    monkeypatch.setenv("SUNMAO_TRUSTED_HOSTS", "erp.example, .inner.example")
    config = load_config(instance=tmp_path)
    assert config.trusted_hosts == ("erp.example", ".inner.example")
    named = create_app(instance=tmp_path, database_url=site.database.url, job_engine="off")
    answer = named.test_client().get("/login", headers={"Host": host})
    assert answer.status_code == status
    assert "<h1" in answer.get_data(as_text=True)


def test_without_configured_names_any_will_do_that_is_one(client):
    assert client.get("/login", headers={"Host": "anything.example"}).status_code == 200
    assert client.get("/login", headers={"Host": "evil.example/<x>"}).status_code == 400


def test_static_files_are_kept_for_a_year_under_the_address_of_their_content(client):
    plain = client.get(asset("theme.css"))
    packed = client.get(asset("theme.css"), headers={"Accept-Encoding": "gzip"})
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert client.get("/static/000000000000/theme.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/x/nothing.css").status_code == 404


def test_every_file_that_pages_name_exists_and_refers_to_no_map():
    files = static_files()
    assert {"bootstrap.css", "site.js", "theme.css", "list.js"} <= files.keys()
    assert b"sourceMappingURL" not in files["site.js"].body
    for part in (b"bootstrap.Offcanvas", b"Popper", b"data-finder", b"data-bell"):
        assert part.split(b".")[-1] in files["site.js"].body  # the shell's parts, in one answer


def test_the_local_copy_is_sent_only_when_it_is_the_listed_file(client, app, site):
    chart = remote_assets()["chart.js"]
    folder = site.instance / "assets"
    folder.mkdir(exist_ok=True)
    (folder / chart.local_name).write_bytes(b"alert(1)")
    assert client.get(f"/assets/{chart.local_name}").status_code == 404
    assert client.get("/assets/../app.db").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/?x=%00", "/admin/organisation/employees?q=a%00b", "/%00", "/?" + "a=1&" * 401,
        "/?x=" + "y" * 2001, "/?x=" + "y" * 9000,
    ],
)  # fmt: skip
def test_what_no_field_can_hold_is_refused_before_any_view(signed_in, address):
    response = signed_in.get(address)
    assert response.status_code in (400, 404)
    assert "<h1>" in response.get_data(as_text=True)


def test_an_id_that_no_record_can_have_is_not_found(signed_in):
    for number in (2**31, 10**30):
        assert signed_in.get(f"/admin/organisation/employees/{number}").status_code == 404
