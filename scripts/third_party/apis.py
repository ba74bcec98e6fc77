"""The APIs that the cases talk to, by host. Each is a few records behind the paths that are asked."""

import json
import re
from typing import Any

from fakenet import Answer, Api

DAY = re.compile(r"(\d{4}-\d\d-\d\d)")


def rows(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Records with ids from 1; a text that holds # gets the id there."""
    made = []
    for number in range(1, count + 1):
        record = {"id": number}
        for name, value in fields.items():
            record[name] = value.replace("#", str(number)) if isinstance(value, str) else value
        made.append(record)
    return made


def xkcd(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    texts = ("title", "year", "month", "day", "img", "alt", "link", "news", "safe_title", "transcript")
    return 200, {"num": 7, **{name: f"{name} \u2028 \u00e9" for name in texts}}


def rickandmorty(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    page = int(query.get("page", 1))
    found = rows(60, name="Rick #", status="Alive", gender="Male", url="https://x/#", created="2017-11-04T18:48:46.250Z")
    more = f"https://rickandmortyapi.com/api/character/?page={page + 1}" if page < 3 else None
    before = f"https://rickandmortyapi.com/api/character/?page={page - 1}" if page > 1 else None
    return 200, {"info": {"count": 60, "pages": 3, "next": more, "prev": before}, "results": found[(page - 1) * 20 : page * 20]}


def randomdata(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    return 200, rows(int(query.get("size", 5)), uid="uid-#", name="Thing #")


def exchangerates(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    found = DAY.search(path)
    return 200, {"base": query.get("base", "EUR"), "date": found.group(1) if found else "2024-01-01", "rates": {"CHF": 0.9, "JPY": 151.25}}


def reviews(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    made = rows(5, rating="4", comments="good #")
    return 200, [{**r, "store_review_id": r["id"], "date": f"2024-01-0{r['id']} 10:00:00"} for r in made]


def clubhouse(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    times = {"created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-02T00:00:0#Z"}
    return 200, rows(5, name="Thing #", permissions=[{"created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-02T00:00:00Z"}], **times)


def pypistats(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    return 200, {"data": [{"category": c, "date": f"2024-01-0{d}", "downloads": d * 10} for c in ("3.11", "3.12") for d in range(1, 6)]}


def spacex(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    found = rows(4, name="Rocket #", reused=False, mass_kg=12.5)
    for record in found:
        record["id"] = f"r{record['id']}"
    one = path.endswith(("/latest", "/company", "/roadster"))
    return 200, found[0] if one else found


def tvmaze(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    day = query.get("date", "2024-01-01")
    seed = int(day.replace("-", ""))
    return 200, [{"id": seed * 10 + n, "airdate": day, "name": f"Episode {n}", "number": n, "runtime": 30} for n in range(3)]


def whisky(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    return 200, rows(6, dt="2024-01-0#", winning_bid_max=10.5, auction_name="A#", country="Scotland", name="D#", slug="d-#")


def pypi(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    if path == "/stats":
        return 200, {"top_packages": {"a": {"size": 1}}, "total_packages_size": 12345678901234}
    return 200, {"info": {"name": "x", "version": "1.0", "classifiers": ["a", "b"]}, "last_serial": 5, "releases": {"1.0": []}, "urls": []}


def jina(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    page = {"title": "T", "url": "https://example.com", "content": "text\u2029more", "description": "", "links": {"More": "https://y"}}
    return 200, {"code": 200, "data": [page, {**page, "title": "U"}] if "read" not in path else page}


def punk(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    page, size = int(query.get("page", 0)), int(query.get("per_page", 25))
    return 200, rows(40, name="Beer #", abv=4.7, first_brewed="09/2007")[page * size : (page + 1) * size]


def rki(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    days = [{"date": f"2024-01-0{n}T00:00:00.000Z", "cases": n, "deaths": 0, "recovered": n, "weekIncidence": n * 1.5} for n in range(1, 8)]
    if "history" in path:
        return 200, {"data": {"BY": {"id": 1, "name": "Bayern", "history": days}} if "states" in path else days, "meta": {}}
    return 200, {"data": {"BY": {"id": 1, "name": "Bayern", "cases": 5}}, "meta": {"source": "x"}, "cases": 7}


def yahoo(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    return 200, {"chart": {"result": [{"meta": {"symbol": query.get("symbol")}, "timestamp": [1, 2], "indicators": {}}], "error": None}}


def gnews(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    start = (query.get("from") or "2024-01-01T00:00:00Z")[:10]
    return 200, {"totalArticles": 3, "articles": [
        {"title": f"T{n}", "url": f"https://n/{path.strip('/')}/{start}/{n}", "publishedAt": f"{start}T0{n}:00:00Z", "source": {"name": "s"}}
        for n in range(3)
    ]}  # fmt: skip


def feed(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    items = "".join(
        f"<item><guid>{n}</guid><title>T{n}</title><link>http://x/{n}</link><pubDate>0{n} Jan 2024 10:00:00 GMT</pubDate></item>" for n in range(1, 5)
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><link>http://x</link><description>d</description>{items}</channel></rss>'
    return 200, text, {"Content-Type": "application/rss+xml"}


def holidays(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    day = {"name": "Monday", "numeric": 1}
    return 200, {"holidays": rows(4, name="Day #", date="2024-01-0#", uuid="u-#", public=True, weekday={"date": day})}


def buttondown(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    page = int(query["page"])
    found = rows(3, subject="S#", creation_date="2024-01-0#T00:00:00Z", modification_date="2024-01-0#T00:00:00Z", risk_score=0.5)
    for record in found:
        record["id"] = f"p{page}-{record['id']}"
    return 200, {"results": found, "next": "more" if page < 2 else None}


def citybikes(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    made = rows(5, station_id="s#", name="Stop #", lat=59.5, lon=10.25, capacity=12, is_installed=True, last_reported=1700000000)
    return 200, {"data": {"stations": made}}


def weather(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    place = {"name": query.get("query"), "lat": "47.3", "lon": "8.5"}
    return 200, {"location": place, "current": {"temperature": 3.5, "weather_descriptions": ["fog"]}, "request": {"type": "City"}}


def census(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    return 200, [["NAME", "EMP", "us"], *([f"N{n}, {n}", str(n), "1"] for n in range(1, 7))]


def fabdb(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    page = int(query.get("page", 1))
    made = rows(3, identifier=f"c{page}-#", name="Card #", rarity="C", keywords=["a"], stats=[{"cost": 1}])
    return 200, {"data": made, "current_page": page, "links": {"next": "more" if page < 3 else None}}


def plain(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    """A made-up API: /items by page and time, /users/ID/orders under /users, /odd with odd values."""
    if path == "/items":
        since, page = int(query.get("since") or 0), int(query.get("page") or 1)
        found = [r for r in rows(30, updated="#", note="n\u2028#") if r["id"] > since]
        for r in found:
            r["updated"] = f"2024-01-{r['id']:02d}T00:00:00Z"
        if query.get("from"):
            found = [r for r in found if query["from"][:10] <= r["updated"][:10] <= query.get("to", "9")[:10]]
        return 200, {"items": found[(page - 1) * 10 : page * 10], "next": page + 1 if page * 10 < len(found) else None}
    if path == "/users":
        return 200, rows(4, name="User #", address={"city": "Z#", "geo": {"lat": 1.5}})
    if path.startswith("/users/"):
        user = int(path.split("/")[2])
        return 200, rows(3, user=user, total=10.25)
    if path == "/odd":
        text = '[{"id": 1, "big": 12345678901234567890, "dec": 0.1234567890123456789, "u": "\\ud83d\\ude00 \\u2028"}]'
        return 200, text
    return 200, json.loads(body) if body else {}


def pageviews(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    if "/top" in path:
        return 200, {"items": [{"project": "en", "year": "2024", "month": "01", "day": "01", "articles": [{"article": "A", "views": 3}]}]}
    day = path.rstrip("/").split("/")[-2]
    return 200, {"items": [{"project": "en", "article": "A", "granularity": "daily", "timestamp": day + "00", "views": 7}]}


def unirate(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    if "currencies" in path:
        return 200, {"currencies": ["USD", "EUR", "CHF"]}
    if "vat" in path:
        return 200, {"vat_rates": {"CH": {"country_code": "CH", "country_name": "Schweiz", "vat_rate": 8.1}}}
    return 200, {"rates": {"EUR": "0.92", "CHF": "0.123456789012345678", "X": "1e-7"}}


def public_apis(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    if path == "/categories":
        return 200, {"count": 3, "categories": ["Animals", "Books", "A & B"]}
    return 200, {"count": 9, "entries": rows(9, API="A#", Auth="", HTTPS=True, Link="https://x")}


def forem(method: str, path: str, query: dict[str, str], body: str) -> Answer:
    if path.endswith("/comments"):
        made = rows(2, type_of="comment", created_at="2024-01-01T00:00:00Z", body_html="<p>\u2028</p>", children=[])
        return 200, [{**r, "id_code": f"{query.get('a_id')}-{r['id']}"} for r in made]
    page = int(query.get("page") or 1)
    return 200, rows(40, title="T#", comments_count=2, tag_list=["a", "b"], user={"name": "\U0001f600", "user_id": 4})[(page - 1) * 30 : page * 30]


APIS: dict[str, Api] = {
    "xkcd.com": xkcd,
    "rickandmortyapi.com": rickandmorty,
    "random-data-api.com": randomdata,
    "api.exchangeratesapi.io": exchangerates,
    "data.fixer.io": exchangerates,
    "api.fixer.io": exchangerates,
    "api.reviews.co.uk": reviews,
    "api.clubhouse.io": clubhouse,
    "pypistats.org": pypistats,
    "api.spacexdata.com": spacex,
    "api.tvmaze.com": tvmaze,
    "whiskyhunter.net": whisky,
    "pypi.org": pypi,
    "r.jina.ai": jina,
    "s.jina.ai": jina,
    "api.punkapi.com": punk,
    "api.corona-zahlen.org": rki,
    "query1.finance.yahoo.com": yahoo,
    "gnews.io": gnews,
    "feeds.example.com": feed,
    "holidayapi.com": holidays,
    "api.buttondown.email": buttondown,
    "gbfs.urbansharing.com": citybikes,
    "api.fabdb.net": fabdb,
    "api.weatherstack.com": weather,
    "api.census.gov": census,
    "wikimedia.org": pageviews,
    "api.unirateapi.com": unirate,
    "dev.to": forem,
    "api.publicapis.org": public_apis,
    "api.example.com": plain,
}
