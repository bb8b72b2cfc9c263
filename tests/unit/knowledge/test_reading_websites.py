"""A website is read by its sitemap: politely, within bounds, and never beyond the public internet."""

from __future__ import annotations

import gzip
import time

import httpcore
import pytest

from knowledge.errors import KnowledgeError
from knowledge.sources.network import Deadline, PublicNetwork, is_public
from knowledge.sources.web import WebClient
from knowledge.sources.website import Limits, Website
from knowledge.types import SourceDocument, Unreadable
from tests.site_server import body, page, redirect, serving, status

ARTICLE = (
    "<html lang='en'><title>Site</title><nav>Menu</nav><main><h1>{0}</h1><p>All about {0}.</p></main></html>"
)
HERE = frozenset(["127.0.0.1"])


@pytest.fixture
def site():
    with serving() as one:
        yield one


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def read(waits, tmp_path):
    def read_site(address: str, *, private=HERE, limits: Limits | None = None, page_seconds=20.0, **options):
        client = WebClient(private_hosts=private, sleep=waits.append, page_seconds=page_seconds, **options)
        return list(Website(client, tmp_path / "web", limits).read(address))

    return read_site


def titles(found) -> list[str]:
    return [one.title for one in found if isinstance(one, SourceDocument)]


def failures(found) -> dict[str, str]:
    return {one.uri: one.reason for one in found if isinstance(one, Unreadable)}


def serve_articles(site, *names: str) -> None:
    site.sitemap(*(f"/help/{name}" for name in names))
    for name in names:
        site.routes[f"/help/{name}"] = page(ARTICLE.format(name.capitalize()))


# What is read -----------------------------------------------------------------------------------------------


def test_a_site_is_the_pages_of_its_sitemap_each_under_its_own_address(site, read):
    serve_articles(site, "roles", "zones")

    roles, zones = read(site.url("/sitemap.xml"))

    assert (roles.uri, roles.title, roles.link) == ("help/roles", "Roles", site.url("/help/roles"))
    assert [section.text for section in zones.sections] == ["All about Zones."]


@pytest.mark.parametrize("address", ["", "/", "/help", "/help/", "/sitemap.xml"])
def test_the_sitemap_is_found_from_the_sites_root_or_a_part_of_it(site, read, address):
    serve_articles(site, "roles", "zones")

    assert titles(read(site.url(address))) == ["Roles", "Zones"]


def test_only_the_part_that_was_asked_for_is_read(site, read):
    serve_articles(site, "roles")
    site.sitemap("/help/roles", "/blog/news", "/helpless")

    assert titles(read(site.url("/help"))) == ["Roles"]
    assert site.pages_asked() == ["/help/roles"]


def test_robots_names_sitemaps_that_name_others_packed_or_not(site, read):
    serve_articles(site, "roles", "zones")
    packed = site.routes.pop("/sitemap.xml")
    site.routes["/robots.txt"] = body(f"Sitemap: {site.url('/maps/all.xml')}".encode(), "text/plain")
    site.routes["/maps/all.xml"] = body(
        b"<sitemapindex><sitemap><loc>/maps/a.xml.gz</loc></sitemap><sitemap><loc>/maps/all.xml</loc></sitemap>"
        b"<sitemap><loc>https://elsewhere.example/b.xml</loc></sitemap></sitemapindex>",
        "application/xml",
    )
    listed = "".join(f"<url><loc>{site.url('/help/' + one)}</loc></url>" for one in ("roles", "zones"))
    site.routes["/maps/a.xml.gz"] = body(
        gzip.compress(f"<urlset>{listed}</urlset>".encode()), "application/gzip"
    )

    assert packed
    assert titles(read(site.url())) == ["Roles", "Zones"]


def test_what_robots_forbids_is_not_asked_for(site, read, waits):
    serve_articles(site, "roles", "zones", "drafts")
    rules = b"User-agent: *\nDisallow: /*/drafts$\nCrawl-delay: 3\n\nUser-agent: guidepost\nDisallow: /help/z\nDisallow: /*/drafts$\nCrawl-delay: 3\n"
    site.routes["/robots.txt"] = body(rules, "text/plain")

    assert titles(read(site.url())) == ["Roles"]
    assert site.pages_asked() == ["/help/roles"]
    assert waits[-1] == 3.0


def test_other_hosts_in_a_sitemap_are_not_asked(site, read):
    serve_articles(site, "roles")
    site.sitemap(
        "/help/roles", "https://elsewhere.example/x", "http://localhost:1/y", "file:///etc/passwd", "//[bad"
    )

    assert titles(read(site.url())) == ["Roles"]


def test_pages_are_asked_for_politely(site, read, waits):
    serve_articles(site, "roles", "zones")

    read(site.url(), delay=0.5)

    assert waits == [0.5] * 4  # robots.txt, the sitemap, two pages


KINDS = {
    "another character set": (
        body("<title>x</title><p>Größe".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        "Größe",
    ),
    "plain text": (body(b"Just text.", "text/plain"), "Just text."),
    "markdown": (body(b"# T\n\nSome *text*.", "text/markdown"), "Some text."),
    "packed": (
        body(gzip.compress(b"<p>Packed."), "text/html", content_encoding="gzip"),
        "Packed.",
    ),
    "relative links": (page('<p>Click <a href="../x">here</a>.'), "Click here ({root}/x)."),
}


@pytest.mark.parametrize(("answer", "text"), KINDS.values(), ids=KINDS)
def test_pages_of_many_kinds_are_read(site, read, answer, text):
    site.sitemap("/help/a")
    site.routes["/help/a"] = answer

    (found,) = read(site.url())

    assert found.sections[0].text == text.format(root=site.url("").rstrip("/"))


def test_the_canonical_address_is_cited_and_one_page_comes_once(site, read):
    site.sitemap("/a", "/a?ref=mail", "/old", "/b")
    canonical = f'<link rel="canonical" href="{site.url("/a")}">'
    site.routes["/a"] = site.routes["/a?ref=mail"] = page(canonical + "<p>A.")
    site.routes["/old"] = redirect("/a")
    site.routes["/b"] = page('<link rel="canonical" href="https://elsewhere.example/b"><p>B.')

    assert [(one.uri, one.link) for one in read(site.url())] == [
        ("a", site.url("/a")),
        ("b", site.url("/b")),
    ]


def test_what_changes_around_an_article_does_not_change_the_document(site, read):
    serve_articles(site, "roles")
    (before,) = read(site.url())
    site.routes["/help/roles"] = page(
        ARTICLE.format("Roles") + "<footer>12:31, token 8812</footer><script>9</script>"
    )

    (after,) = read(site.url())

    assert before.content_hash == after.content_hash


def test_a_page_that_has_not_changed_is_not_sent_again(site, read):
    serve_articles(site, "roles")
    site.routes["/help/roles"] = page(ARTICLE.format("Roles"), etag='"1"')

    first, second = read(site.url()), read(site.url())
    site.routes["/help/roles"] = page(ARTICLE.format("Rules"), etag='"2"')

    assert first == second
    assert titles(read(site.url())) == ["Rules"]


def test_a_broken_cache_costs_only_time(site, read, tmp_path):
    serve_articles(site, "roles")
    site.routes["/help/roles"] = page(ARTICLE.format("Roles"), etag='"1"')
    read(site.url())
    (kept,) = (tmp_path / "web").rglob("*.gz")
    kept.write_bytes(b"\x1f\x8bgarbage")

    assert titles(read(site.url())) == ["Roles"]
    site.sitemap("/help/none")
    read(site.url())
    assert list((tmp_path / "web").rglob("*.gz")) == []


# What goes wrong --------------------------------------------------------------------------------------------


def stalling(site):
    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        site.stopped.wait(10)

    return answer


def dripping(site):
    def answer(request) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(200):
            request.wfile.write(b"X-%d: drip\r\n" % n)
            if site.stopped.wait(0.1):
                break

    return answer


def endless(site):
    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Connection", "close")
        request.end_headers()
        while not site.stopped.is_set():
            request.wfile.write(b"<p>more</p>" * 10_000)

    return answer


def cut_off(_site):
    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"<p>only")
        request.close_connection = True

    return answer


def garbage(_site):
    return lambda request: request.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


BAD_PAGES = {
    "missing": (lambda _: status(404), "The server answers 404.", True),
    "gone": (lambda _: status(410), "The server answers 410.", True),
    "closed to the public": (lambda _: status(403), "The server answers 403.", True),
    "broken": (lambda _: status(500), "The server answers 500.", False),
    "stalling": (stalling, "It takes more than 2 seconds.", False),
    "dripping": (dripping, "It takes more than 2 seconds.", False),
    "endless": (endless, "It has more than 1 MB.", False),
    "cut off": (cut_off, "It could not be fetched", False),
    "no HTTP": (garbage, "It could not be fetched", False),
    "broken gzip": (
        lambda _: body(b"\x1f\x8b\x08nonsense", "text/html", content_encoding="gzip"),
        "Its compression is broken.",
        False,
    ),
    "half a gzip": (
        lambda _: body(gzip.compress(b"<p>text" * 99)[:-20], "text/html", content_encoding="gzip"),
        "Its compression is broken.",
        False,
    ),
    "a bomb": (
        lambda _: body(gzip.compress(b" " * 30_000_000), "text/html", content_encoding="gzip"),
        "It has more than 1 MB.",
        False,
    ),
    "packed otherwise": (
        lambda _: body(b"x", "text/html", content_encoding="br"),
        "It is packed as br",
        False,
    ),
    "a picture": (lambda _: body(b"PNG", "image/png"), "It is image/png, which is no page.", False),
    "a broken PDF": (lambda _: body(b"%PDF-1.7", "application/pdf"), "It is damaged or no PDF", False),
    "round in circles": (lambda _: redirect("/bad"), "It redirects more than 5 times.", False),
    "to another host": (lambda _: redirect("https://elsewhere.example/"), "It redirects to https", False),
    "to another port": (lambda _: redirect("http://127.0.0.1:1/"), "It redirects to http", False),
    "to a file": (lambda _: redirect("file:///etc/passwd"), "It redirects to file", False),
}


@pytest.mark.parametrize(("make", "reason", "is_hidden"), BAD_PAGES.values(), ids=BAD_PAGES)
def test_a_bad_page_fails_alone_with_a_reason_and_the_rest_goes_on(site, read, make, reason, is_hidden):
    serve_articles(site, "roles", "zones")
    site.sitemap("/help/roles", "/bad", "/help/zones")
    site.routes["/bad"] = make(site)
    started = time.monotonic()

    found = read(site.url(), limits=Limits(page_bytes=1024 * 1024), page_seconds=2)

    assert titles(found) == ["Roles", "Zones"]
    assert failures(found)["bad"].startswith(reason)
    assert [one.readers_unknown for one in found if isinstance(one, Unreadable)] == [is_hidden]
    assert time.monotonic() - started < 20


def test_a_server_that_asks_to_wait_is_asked_once_more(site, read, waits):
    serve_articles(site, "roles")
    answers = [status(429, Retry_After="7"), page(ARTICLE.format("Roles"))]

    def next_answer(request) -> None:
        answers.pop(0)(request)

    site.routes["/help/roles"] = next_answer

    assert titles(read(site.url())) == ["Roles"]
    assert 7.0 in waits


def test_no_more_pages_are_read_than_allowed(site, read):
    serve_articles(site, "roles", "zones", "depots")

    found = read(site.url(), limits=Limits(pages=2))

    assert titles(found) == ["Roles", "Zones"]
    assert failures(found)[site.url()].startswith("The sitemap lists 3 pages; the first 2 were read.")


def test_when_the_time_is_over_the_rest_stays_as_it_was(site, waits):
    serve_articles(site, "roles", "zones")
    ticks = iter([0.0, 0.0, 1.0, 2.0, 99.0])  # the sitemap begins, is read; pages begin, one page, another
    client = WebClient(private_hosts=HERE, sleep=waits.append)

    found = list(Website(client, None, Limits(seconds=10), lambda: next(ticks)).read(site.url()))

    assert titles(found) == ["Roles"]
    assert failures(found) == {"help/zones": "The time for one reading of the site was over; sync again."}


def test_sitemaps_without_end_are_left(site, waits):
    site.routes["/sitemap.xml"] = body(
        b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>", "text/xml"
    )
    ticks = iter([0.0, 1.0, 400.0])
    client = WebClient(private_hosts=HERE, sleep=waits.append)

    with pytest.raises(KnowledgeError, match="take more than 5 minutes; name one of them"):
        Website(client, None, Limits(), lambda: next(ticks)).read(site.url())


BAD_SITES = {
    "no sitemap": ({}, "The sitemap .*/sitemap.xml could not be read: The server answers 404"),
    "no XML": ({"/sitemap.xml": page("<p>Hello<br>")}, "is no sitemap in XML"),
    "an empty one": ({"/sitemap.xml": body(b"<urlset></urlset>", "text/xml")}, "lists no page there"),
    "only other hosts": (
        {"/sitemap.xml": body(b"<urlset><url><loc>https://x.io/</loc></url></urlset>", "text/xml")},
        "lists no page there",
    ),
    "a part that is broken": (
        {
            "/sitemap.xml": body(
                b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>", "text/xml"
            )
        },
        "a.xml could not be read",
    ),
    "robots.txt broken": ({"/robots.txt": status(500)}, "robots.txt could not be read, so nobody knows"),
    "an XML bomb": (
        {
            "/sitemap.xml": body(
                b'<!DOCTYPE x [<!ENTITY a "ha">'
                + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;") for n in range(9))
                + b"]><urlset><url><loc>&a8;</loc></url></urlset>",
                "text/xml",
            )
        },
        "is no sitemap in XML",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("routes", "reason"), BAD_SITES.values(), ids=BAD_SITES)
def test_a_site_whose_pages_nobody_can_tell_is_an_error_before_anything_is_changed(
    site, read, routes, reason
):
    site.routes.update(routes)

    with pytest.raises(KnowledgeError, match=reason):
        read(site.url())


# Where it may go --------------------------------------------------------------------------------------------

ADDRESSES = {
    "93.184.216.34": True,
    "2606:2800:220:1:248:1893:25c8:1946": True,
    "127.0.0.1": False,
    "127.8.8.8": False,
    "0.0.0.0": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "169.254.169.254": False,  # where clouds keep their keys
    "100.64.0.1": False,
    "224.0.0.251": False,
    "239.255.255.250": False,
    "255.255.255.255": False,
    "198.18.0.1": False,
    "::1": False,
    "::": False,
    "fe80::1%eth0": False,
    "fc00::1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:93.184.216.34": True,
    "64:ff9b::7f00:1": False,
    "2002:7f00:1::": False,
    "ff02::1": False,
    "not an address": False,
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items(), ids=list(ADDRESSES))
def test_only_addresses_of_the_public_internet_are_public(address, expected):
    assert is_public(address) == expected


@pytest.mark.parametrize("address", ["http://127.0.0.1", "http://localhost", "http://[::1]"])
def test_this_machine_is_not_read_unless_a_setting_says_so(site, read, address):
    serve_articles(site, "roles")

    with pytest.raises(KnowledgeError, match="is not in the public internet"):
        read(f"{address}:{site.port}/", private=())

    assert site.asked == []


def test_a_name_that_leads_into_a_private_network_is_refused(site, read):
    serve_articles(site, "roles")

    with pytest.raises(KnowledgeError, match=r"help\.example is not in the public internet"):
        read(
            f"http://help.example:{site.port}/",
            private=(),
            resolve=lambda *_: ["93.184.216.34", "127.0.0.1"],
        )

    assert site.asked == []


def test_a_redirect_into_a_private_network_is_refused_although_the_host_looks_the_same(site, read):
    serve_articles(site, "roles")
    site.routes["/help/roles"] = redirect(f"http://www.docs.example:{site.port}/help/zones")
    home = f"http://docs.example:{site.port}"
    site.sitemap(f"{home}/help/roles")

    found = read(f"{home}/", private={"docs.example"}, resolve=lambda *_: ["127.0.0.1"])

    assert failures(found) == {
        "help/roles": "www.docs.example is not in the public internet; such hosts are not read."
    }
    assert site.pages_asked() == ["/help/roles"]


def test_what_was_checked_is_what_is_connected_to():
    """Were the name looked up again to connect, the second answer would lead to this machine."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    deadline = Deadline()
    deadline.begin(5)
    network = PublicNetwork(deadline, (), lambda *_: answers.pop(0))

    with pytest.raises(Exception, match=r"93\.184\.216\.34"):  # the tests' own guard against the network
        network.connect_tcp("rebinding.example", 80, timeout=1)
    assert answers == [["127.0.0.1"]]


def test_a_name_that_nobody_knows_is_said(read):
    def nobody(*_):
        raise OSError("Name or service not known")

    with pytest.raises(KnowledgeError, match=r"nobody knows the name gone\.example"):
        read("http://gone.example/", resolve=nobody)


def test_an_address_that_does_not_answer_gives_way_to_the_next(site):
    deadline = Deadline()
    deadline.begin(5)
    network = PublicNetwork(deadline, HERE | {"two.example"}, lambda *_: ["127.0.0.2", "127.0.0.1"])

    stream = network.connect_tcp("two.example", site.port, timeout=2)

    assert isinstance(stream, httpcore.NetworkStream)
    stream.close()
