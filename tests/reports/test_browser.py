"""The pages in a browser: accessible, harmless whatever they quote, usable by keyboard, without script."""

from __future__ import annotations

import importlib.util
import itertools
import json

import pytest

from labgrade.reports.build import build_reports

from .conftest import missing
from .factory import INFO, LAB, check, curve, exercise, hostile_plots, record, slug

pytestmark = pytest.mark.browser

PAGES = ("index.html", f"{LAB}/index.html", f"{LAB}/s01/index.html", f"{LAB}/s11/index.html")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def open_page(browser):
    contexts = []

    def opened(path, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


class TestAccessible:
    @pytest.mark.parametrize("name", PAGES)
    @pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 360)])
    def test_axe_finds_nothing(self, open_page, class_pages, name, scheme, width):
        if importlib.util.find_spec("axe_playwright_python") is None:
            missing("the package axe-playwright-python")
        from axe_playwright_python.sync_playwright import Axe

        axe = Axe()
        page = open_page(class_pages / name, color_scheme=scheme, viewport={"width": width, "height": 900})
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
        violations = [
            (rule["id"], node["html"], node["failureSummary"])
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
        assert violations == []
        assert {rule["id"] for rule in found["passes"]} >= {"color-contrast", "html-has-lang", "region"}

    @pytest.mark.parametrize("name", PAGES)
    def test_a_narrow_screen_need_not_scroll_sideways(self, open_page, class_pages, name):
        page = open_page(class_pages / name, viewport={"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_first_stop_of_the_keyboard_skips_to_the_content(self, open_page, class_pages):
        page = open_page(class_pages / "index.html")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.wait_for_url("**/index.html#main")
        assert page.evaluate("document.querySelector(':target').id") == "main"

    def test_focus_is_seen(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "index.html")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate(f"{style}.outlineStyle") == "solid"
        assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2

    @pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
    def test_nothing_moves_where_motion_is_unwanted(self, open_page, class_pages, motion, behaviour):
        page = open_page(class_pages / "index.html", reduced_motion=motion)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour

    def test_prints_dark_on_white(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "s01" / "index.html", color_scheme="dark")
        page.emulate_media(media="print")
        body = "getComputedStyle(document.body)"
        assert page.evaluate(f"[{body}.color, {body}.backgroundColor]") == [
            "rgb(0, 0, 0)",
            "rgb(255, 255, 255)",
        ]

    def test_a_finding_leads_to_its_line(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "s01" / "index.html", reduced_motion="reduce")
        page.get_by_role("link", name="lab01.py:3").click()
        assert page.locator(":target").inner_text().strip() == "points = pd.read_csv('points.csv')"


TABLE = """figure => [...figure.querySelectorAll('tr')].map(
    row => [...row.cells].map(cell => cell.textContent))"""
TEXTS = """chart => [...chart.querySelectorAll('text')].map(text => {
    const [a, b] = [text.getBoundingClientRect(), chart.getBoundingClientRect()];
    return {text: text.textContent, kind: text.getAttribute('class'), left: a.left, right: a.right,
            top: a.top, bottom: a.bottom,
            inside: a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1
                    && a.bottom <= b.bottom + 1};
})"""


class TestFigures:
    @pytest.fixture
    def student(self, open_page, class_pages):
        return open_page(class_pages / LAB / "s01" / "index.html", viewport={"width": 1100, "height": 900})

    def test_have_a_name_and_the_drawing_a_description(self, student):
        figure = student.get_by_role("figure", name="Loss an epoch", exact=True)
        drawing = figure.get_by_role("img")

        assert drawing.count() == 1
        assert figure.get_by_role("img", name="Line chart, loss against epoch. loss: 5 values").count() == 1
        names = ("Confusion matrix", "Accuracy of each class: Confusion matrix", "Accuracy against drop")
        for name in names:
            assert student.get_by_role("figure", name=name, exact=True).count() == 1

    def test_hold_the_record_s_numbers_in_a_table_that_the_keyboard_opens(self, student):
        figure = student.get_by_role("figure", name="Loss an epoch", exact=True)
        assert not figure.get_by_role("table").is_visible()
        for _ in range(60):
            student.keyboard.press("Tab")
            if student.evaluate("document.activeElement.localName") == "summary":
                break
        student.keyboard.press("Enter")
        assert figure.get_by_role("table").is_visible()
        rows = figure.evaluate(TABLE)
        assert rows[0] == ["epoch", "loss"]
        assert [float(value) for _, value in rows[1:]] == pytest.approx(
            [2.31, 1.2, float("nan"), 0.5, 0.41, 0.36], nan_ok=True
        )

    def test_counts_of_the_confusion_matrix_are_drawn_and_listed(self, student):
        figure = student.get_by_role("figure", name="Confusion matrix", exact=True)
        counts = figure.locator("text.count").all_text_contents()
        assert counts == ["18", "2", "0", "5", "14", "1", "0", "0", "0"]
        assert [count for _, *row in figure.evaluate(TABLE)[1:] for count in row] == counts

    @pytest.mark.parametrize("name", [f"{LAB}/s01/index.html", f"{LAB}/index.html"])
    @pytest.mark.parametrize("width", [1280, 360])
    def test_no_word_is_clipped_and_no_tick_overlaps_another(self, open_page, class_pages, name, width):
        page = open_page(class_pages / name, viewport={"width": width, "height": 900})
        charts = page.locator("figure svg[role=img]").all()
        assert charts
        for chart in charts:
            texts = chart.evaluate(TEXTS)
            assert [text["text"] for text in texts if not text["inside"]] == []
            ticks = [text for text in texts if text["kind"] == "tick"]
            for one, other in itertools.pairwise(ticks):
                beside = one["right"] <= other["left"] or other["right"] <= one["left"]
                assert beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]

    def test_bars_are_whole_on_a_narrow_screen(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "s01" / "index.html", viewport={"width": 360, "height": 900})
        bars = page.locator(".scroll:has(.track)")
        assert bars.count() == 1
        assert bars.evaluate("e => e.scrollWidth <= e.clientWidth")

    def test_a_table_head_covers_no_row_on_paper(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "s01" / "index.html", viewport={"width": 700, "height": 900})
        page.emulate_media(media="print")
        heads = page.locator(".tall thead th")
        assert set(heads.evaluate_all("all => all.map(e => getComputedStyle(e).position)")) == {"static"}

    @pytest.mark.parametrize("name", [f"{LAB}/s01/index.html", f"{LAB}/index.html"])
    def test_the_policy_lets_all_of_it_through(self, browser, class_pages, name):
        page = browser.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((class_pages / name).as_uri())
        assert page.locator("figure").count() >= 3
        assert said == []
        page.close()

    def test_colours_are_the_style_sheet_s_in_light_and_dark(self, open_page, class_pages):
        found = {}
        for scheme in ("light", "dark"):
            page = open_page(class_pages / LAB / "s01" / "index.html", color_scheme=scheme)
            fill = "c => getComputedStyle(document.querySelector(`.box.${c}`)).fill"
            found[scheme] = [page.evaluate(fill, shade) for shade in ("c0", "c1", "c4", "c5")]
            assert len(set(found[scheme])) == 4
        assert not set(found["light"]) & set(found["dark"])

    def test_print_shows_short_tables_and_no_control(self, student):
        table = student.get_by_role("figure", name="Loss an epoch", exact=True).locator("table")
        summary = student.locator("summary").first
        assert (table.is_visible(), summary.is_visible()) == (False, True)
        student.emulate_media(media="print")
        assert (table.is_visible(), summary.is_visible()) == (True, False)
        assert table.evaluate("table => table.getBoundingClientRect().height") > 50

    def test_a_long_table_stays_closed_in_print(self, open_page, tmp_path):
        long = check("q1.a", evidence={"plots": [curve(loss=list(range(300)))]})
        build_reports([record(exercise("q1", long))], tmp_path, "Course", {LAB: INFO}, slug=slug)
        page = open_page(tmp_path / LAB / "s01" / "index.html")
        page.emulate_media(media="print")
        assert not page.locator("figure table").is_visible()

    def test_forced_colours_keep_every_count_readable(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "s01" / "index.html", forced_colors="active")
        fills = "selector => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e).fill)"
        counts, boxes = page.evaluate(fills, "text.count"), page.evaluate(fills, "figure .box")
        assert len(counts) == 9
        assert not set(counts) & set(boxes)


class TestSorting:
    def order(self, page):
        return page.locator(".heat tbody th").all_inner_texts()

    def press(self, page, header, key):
        """Walk by Tab to a header's button, as somebody without a mouse does, and press a key."""
        page.evaluate("document.activeElement.blur()")
        for _ in range(100):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('.heat thead')?.tagName === 'THEAD'") and (
                page.evaluate("document.activeElement.textContent").startswith(header)
            ):
                page.keyboard.press(key)
                return
        pytest.fail(f"no button {header!r} is reached by Tab")

    def test_by_keyboard_both_ways_with_what_is_missing_last(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "index.html")
        assert self.order(page) == ["s01", "s02", "s9", "s10", "s11"]
        self.press(page, "Total", "Enter")
        assert self.order(page) == ["s01", "s10", "s02", "s9", "s11"]
        total = page.locator(".heat th", has_text="Total")
        assert total.get_attribute("aria-sort") == "ascending"
        self.press(page, "Total", "Space")
        assert self.order(page) == ["s9", "s02", "s10", "s01", "s11"]
        assert total.get_attribute("aria-sort") == "descending"
        assert page.locator("[aria-sort]").count() == 1

    def test_names_by_their_numbers(self, open_page, class_pages):
        page = open_page(class_pages / LAB / "index.html")
        self.press(page, "Student", "Enter")
        assert self.order(page) == ["s11", "s10", "s9", "s02", "s01"]

    def test_headers_are_buttons_with_a_name(self, open_page, class_pages):
        page = open_page(class_pages / "index.html")
        assert page.get_by_role("columnheader").get_by_role("button").count() == 4


class TestWithoutScript:
    @pytest.mark.parametrize("name", PAGES)
    def test_reads_the_same(self, open_page, class_pages, name):
        with_script = open_page(class_pages / name).locator("main").inner_text()
        page = open_page(class_pages / name, java_script_enabled=False)
        assert page.locator("main").inner_text() == with_script
        assert page.locator("button").count() == 0


EVIL = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
HOSTILE = (
    EVIL,
    f"</script></style></title></pre></textarea>{EVIL}",
    f"\"><img onerror=alert(1) src=x>' onfocus=alert(1) autofocus {EVIL}",
    "javascript:alert(1)",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css><iframe src=http://127.0.0.1:9/></iframe>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'><base href=http://127.0.0.1:9/>",
    "{{7*7}} {% raw %} ${7*7}",
    "\u202e\u2066\u200b\x1b[2J\0\r",
    EVIL * (1_000_000 // len(EVIL)),
)
SHAPE = """[...document.querySelectorAll('*')].map(
    node => node.localName + ' ' + [...node.attributes].map(a => a.name).sort().join(' '))"""


class TestHostile:
    def pages(self, out, text):
        evidence = {text: text, "shape": text, "accuracy": 1, "plots": hostile_plots(text)}
        bad = check("q1.a", "failed", feedback=text, title=text, evidence=evidence)
        hidden = check("q1.b", "error", feedback=text, visibility="hidden")
        one = record(
            exercise("q1", bad, hidden),
            student=text,
            output=text,
            findings=[{"code": "c", "message": text, "where": text}],
        )
        files = [("lab01.py", text.encode()), (f"{text[:100]}.txt", b"")]
        build_reports([one], out, "Course", {LAB: INFO}, slug=slug, code_of=lambda _digest: files)
        return [out / "index.html", out / LAB / "index.html", out / LAB / slug(text) / "index.html"]

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_makes_no_node_no_request_and_runs_nothing(self, browser, tmp_path, text):
        context = browser.new_context()
        page = context.new_page()
        events = []
        page.on("request", lambda request: events.append(request.url))
        page.on("dialog", lambda dialog: events.append(dialog.message) or dialog.dismiss())
        page.on("console", lambda message: events.append(message.text))
        page.on("pageerror", lambda error: events.append(str(error)))
        plain = self.pages(tmp_path / "plain", "plain")
        for path, model in zip(self.pages(tmp_path / "evil", text), plain, strict=True):
            page.goto(model.as_uri())
            shape = page.evaluate(SHAPE)
            events.clear()
            page.goto(path.as_uri())
            assert page.evaluate(SHAPE) == shape
            assert events == [path.as_uri()]
            assert "owned" not in page.title() or text[:5] in page.title()
            assert path.stat().st_size < 300_000
        context.close()

    def test_the_policy_stops_what_escaping_would_miss(self, open_page, tmp_path):
        path = self.pages(tmp_path, "plain")[1]
        html = path.read_text("utf-8")
        holes = "<script>document.title='owned'</script><p style='color:red' id=p>x</p><img src=http://127.0.0.1:9/>"
        path.write_text(html.replace("<main", f"{holes}<main"), "utf-8")
        page = open_page(path)
        assert page.title() == "Introduction to tensors · Course"
        assert page.evaluate("getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"

    def test_right_to_left_names_stay_in_their_cell(self, open_page, tmp_path):
        build_reports(
            [record(exercise("q1", check("q1.a")), student="דנה")], tmp_path, "Course", {LAB: INFO}, slug=slug
        )
        page = open_page(tmp_path / LAB / "index.html")
        assert page.locator("tbody th bdi").first.inner_text() == "דנה"
        assert json.dumps(page.locator("tbody td.total").inner_text()) == '"1 of 1"'
