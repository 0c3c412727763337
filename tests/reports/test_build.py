"""The pages on disk: what is written, what links where, and what is in none of them."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from labgrade.reports import pages
from labgrade.reports.build import build_reports, build_student_page
from labgrade.reports.views import LabInfo

from .factory import (
    GRADER,
    INFO,
    LAB,
    SEED,
    check,
    exercise,
    graded,
    hostile_plots,
    record,
    slug,
    trained,
    varied,
)

CODE = b"import torch\nimport pandas as pd\npoints = pd.read_csv('points.csv')\n"
LABS = {"lab02": LabInfo("lab02", "Graphs"), LAB: INFO}


class Page(HTMLParser):
    """The parts of a page that the tests ask for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.html = path.read_text("utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(attribute)) is not None]


def build(records, out: Path, **options) -> list[Path]:
    return build_reports(records, out, "Deep Learning Lab", LABS, slug=slug, **options)


@pytest.fixture
def out(tmp_path):
    records = [varied("s01"), graded("s02", ("q3",)), graded("s02", lab="lab02"), graded("<b>ж")]
    build(records, tmp_path, code_of=lambda _digest: [("lab01.py", CODE)])
    return tmp_path


def all_pages(out: Path) -> list[Path]:
    return sorted(out.rglob("*.html"))


class TestFiles:
    def test_the_class_the_labs_and_each_student(self, out):
        expected = [
            "index.html",
            "lab01_tensors/index.html",
            "lab01_tensors/s01/index.html",
            "lab01_tensors/s02/index.html",
            f"lab01_tensors/{slug('<b>ж')}/index.html",
            "lab02/index.html",
            "lab02/s02/index.html",
        ]
        assert [page.relative_to(out).as_posix() for page in all_pages(out)] == expected

    def test_paths_are_returned_the_class_first(self, tmp_path):
        written = build([graded("s01")], tmp_path)
        assert written[0] == tmp_path / "index.html"
        assert sorted(written) == all_pages(tmp_path)

    def test_every_link_leads_to_a_page_and_a_place_in_it(self, out):
        for path in all_pages(out):
            for href in Page(path).values("href"):
                target, _, anchor = unquote(href).partition("#")
                goal = (path.parent / target).resolve() if target else path
                assert goal in [page.resolve() for page in all_pages(out)], href
                assert not anchor or anchor in Page(goal).values("id"), href

    def test_nothing_is_left_beside_them(self, out):
        assert {path.suffix for path in out.rglob("*") if path.is_file()} == {".html"}

    def test_an_unchanged_page_is_not_touched(self, out):
        before = {page: page.stat().st_ino for page in all_pages(out)}
        build([varied("s01"), graded("s02", ("q4",)), graded("s02", lab="lab02"), graded("<b>ж")], out,
              code_of=lambda _digest: [("lab01.py", CODE)])  # fmt: skip
        changed = {
            page.relative_to(out).as_posix() for page, node in before.items() if page.stat().st_ino != node
        }
        assert changed == {"lab01_tensors/index.html", "lab01_tensors/s02/index.html"}

    def test_one_students_page_is_the_same_alone(self, out, tmp_path):
        kept = {"slug": slug, "code_of": lambda _digest: [("lab01.py", CODE)]}
        alone = build_student_page(varied("s01"), INFO, tmp_path / "alone", "Deep Learning Lab", **kept)
        assert alone.read_bytes() == (out / LAB / "s01" / "index.html").read_bytes()

    def test_the_current_record_is_shown(self, tmp_path):
        build([graded("s01", ("q1",), sequence=2), graded("s01", sequence=1)], tmp_path)
        assert "29 of 32" in Page(tmp_path / LAB / "s01" / "index.html").text

    def test_of_nothing(self, tmp_path):
        (page,) = build([], tmp_path / "new")
        assert "Nothing has been graded yet." in Page(page).text

    def test_a_lab_that_the_course_does_not_know(self, tmp_path):
        build([graded("s01", lab="lab99")], tmp_path)
        assert Page(tmp_path / "lab99" / "index.html").text.startswith("lab99")

    def test_a_class_alike_but_for_its_order(self, tmp_path):
        records = [graded("s01"), graded("s02"), graded("s02", lab="lab02")]
        build(records, tmp_path / "a")
        build(records[::-1], tmp_path / "b")
        for page in all_pages(tmp_path / "a"):
            assert page.read_bytes() == (tmp_path / "b" / page.relative_to(tmp_path / "a")).read_bytes()


class TestStudentPage:
    @pytest.fixture
    def page(self, out):
        return Page(out / LAB / "s01" / "index.html")

    def test_says_what_was_checked_what_came_and_what_to_look_at(self, page):
        assert "Axes are reordered, elements stay with their pixel" in page.text
        assert "Elements that differ 4 of 24" in page.text
        assert "is it the order of axes that you changed" in page.text
        assert "Recognised: reshape for permute" in page.text

    def test_findings_lead_to_the_line(self, page):
        assert "#f1-L3" in page.values("href")
        assert "f1-L3" in page.values("id")

    def test_output_is_framed_as_the_students_own(self, page):
        assert "Your program said, while it was loaded; none of it is from the grader: tensor" in page.text

    def test_holds_nothing_of_hidden_checks_but_number_outcome_marks_and_our_words(self, page):
        assert "Hidden check 1 of q2" in page.text
        for secret in ("H1DD3N", "HIDDEN TITLE", "hidden_axes", "hidden_sizes", "secret", "tensor([3., 1.])"):
            assert secret not in page.html

    def test_holds_no_seed_digest_or_path(self, page):
        for secret in (str(SEED), GRADER[:12], "5b5b5b", "dadada", "landlock", "labgrade 0.1"):
            assert secret not in page.html

    def test_leads_to_no_other_page(self, page):
        assert all(href.startswith("#") for href in page.values("href"))

    def test_our_fault_is_said_to_be_ours(self, tmp_path):
        build([record(exercise("q1", check("q1.a"), check("q1.b", "not_run")))], tmp_path)
        text = Page(tmp_path / LAB / "s01" / "index.html").text
        assert "1 so far, of 2" in text
        assert "That is our fault, not yours" in text

    def test_without_kept_bytes_there_is_no_code(self, tmp_path):
        build([varied("s01")], tmp_path)
        assert "The code that was graded" not in Page(tmp_path / LAB / "s01" / "index.html").text


class TestFigures:
    @pytest.fixture
    def page(self, out):
        return Page(out / LAB / "s01" / "index.html")

    def test_each_has_a_drawing_and_the_same_as_a_table(self, page):
        kinds = [
            tag for tag, attrs in page.tags if tag in {"figure", "details"} or attrs.get("role") == "img"
        ]
        drawn = ["figure", "svg", "details"]
        assert kinds == [*drawn * 3, "figure", *drawn]

    def test_names_lead_to_their_words(self, page):
        ids = set(page.values("id"))
        named = [name for value in page.values("aria-labelledby") for name in value.split()]
        assert set(named) <= ids
        assert len([name for name in named if name.startswith("plot-q1.reshape-1-1")]) >= 4

    def test_numbers_and_gaps_are_said(self, page):
        assert "1 of 6 values of “loss” is not finite; the line has a gap there." in page.text
        assert "epoch loss 1 2.31 2 1.2 3 NaN 4 0.5" in page.text
        assert "dog 20 14 70.0%" in page.text
        assert "fc1 50,186" in page.text
        assert "32.5 0.86" in page.text

    def test_headers_have_their_scope(self, page):
        scopes = [attrs.get("scope") for tag, attrs in page.tags if tag == "th"]
        assert set(scopes) == {"col", "row"}

    def test_the_labs_page_has_distributions_of_visible_and_hidden_checks(self, tmp_path):
        hidden = check("q1.b", visibility="hidden", title="Unseen", evidence={"accuracy": 0.61})
        one = record(exercise("q1", check("q1.a", evidence=trained()), hidden))
        build([one], tmp_path)
        page = Page(tmp_path / LAB / "index.html")
        assert "Accuracy: q1, What q1.a checks 1 student, 0.87. 0 students below the minimum." in page.text
        assert "Accuracy: q1, Unseen 1 student, 0.61." in page.text
        assert "Parameters: q1, What q1.a checks 1 student, 50,346." in page.text
        assert "Unseen" not in Page(tmp_path / LAB / "s01" / "index.html").html

    def test_and_none_where_nothing_was_measured(self, tmp_path):
        build([graded("s01")], tmp_path)
        assert "What was measured" not in Page(tmp_path / LAB / "index.html").text


class TestTables:
    def test_missing_and_our_fault_are_words_not_numbers(self, tmp_path):
        broken = record(exercise("q1", check("q1.b", "not_run")), student="s03")
        build([graded("s01"), graded("s02", lab="lab02"), broken], tmp_path)
        page = Page(tmp_path / "index.html")
        assert "s01 missing 32 32 of 32 1 missing" in page.text
        assert "s03 missing not graded none yet 1 missing, 1 not graded" in page.text
        assert "1 submission could not be graded in full. That is a fault of the grader" in page.text

    def test_heat_map_cells_hold_their_number(self, out):
        page = Page(out / LAB / "index.html")
        cells = [attrs for tag, attrs in page.tags if tag == "td" and "h4" in (attrs.get("class") or "")]
        assert len(cells) == 1 + 7 + 8
        assert {attrs["data-value"] for attrs in cells} == {"3", "4"}

    def test_the_histogram_has_its_table(self, out):
        assert "90 to 100 % 2" in Page(out / LAB / "index.html").text


class TestPolicy:
    def test_lets_through_our_style_and_script_only(self, out):
        for path in all_pages(out):
            page = Page(path)
            (policy,) = [a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a]
            blocks = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page.html, re.DOTALL)
            hashes = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for b in blocks]
            assert re.findall(r"'sha256-([^']+)'", policy) == hashes
            assert policy.startswith("default-src 'none';")
            assert "unsafe" not in policy

    def test_students_pages_run_no_script(self, out):
        page = Page(out / LAB / "s01" / "index.html")
        assert "script-src 'none'" in page.html
        assert "script" not in [tag for tag, _ in page.tags]

    def test_no_page_fetches_or_styles_by_attribute(self, out):
        for path in all_pages(out):
            page = Page(path)
            assert not {"src", "style", "action", "srcset"} & {a for _, attrs in page.tags for a in attrs}
            assert "http:" not in page.html
            assert "https:" not in page.html
            assert "url(" not in page.html


class TestDocument:
    def test_titles(self, out):
        titles = {re.search("<title>(.*?)</title>", p.read_text("utf-8"))[1] for p in all_pages(out)}
        assert titles >= {
            "Deep Learning Lab · marks of the class",
            "Introduction to tensors · Deep Learning Lab",
            "s01 · Introduction to tensors · 6.5 of 16",
            "&lt;b&gt;ж · Introduction to tensors · 32 of 32",
        }

    def test_ids_are_unique(self, out):
        for path in all_pages(out):
            ids = Page(path).values("id")
            assert len(ids) == len(set(ids))

    def test_a_missing_value_is_an_error_not_a_blank(self):
        with pytest.raises(Exception, match="has no attribute"):
            pages.student_page(object())  # type: ignore[arg-type]

    def test_templates_are_compiled_once(self, monkeypatch, tmp_path):
        pages.prepare()
        monkeypatch.setattr("jinja2.Environment.compile", lambda *_, **__: pytest.fail("compiled again"))
        build([graded("s01")], tmp_path)
        assert all_pages(tmp_path)


class TestHostile:
    TEXTS = (
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "</style><style>*{display:none}",
        "</title><img src=x onerror=alert(1)>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "{{ 7*7 }}{% include '/etc/passwd' %}",
        "${7*7} %s {0.__class__}",
        "<!--",
        "]]>",
        "&lt;b&gt;",
        "\u202eevil\u2066",
        "\x1b]52;c;x\x07",
    )

    @pytest.mark.parametrize("evil", TEXTS)
    def test_text_makes_no_node_and_no_attribute(self, tmp_path, evil):
        def shape(text: str, out: Path) -> list[object]:
            evidence = {text: text, "shape": text, "place": text, "accuracy": 1, "plots": hostile_plots(text)}
            bad = check("q1.a", "failed", feedback=text, title=text, evidence=evidence)
            one = record(
                exercise("q1", bad, check("q1.b", "error", feedback=text, visibility="hidden")),
                student=text,
                output=text,
                findings=[{"code": "c", "message": text, "where": text}],
            )
            files = [("lab01.py", text.encode()), (text, b""), (f"{text}.py", text.encode())]
            build([one], out, code_of=lambda _digest: files)
            pages_of = [Page(path) for path in sorted(out.rglob("*.html"), key=lambda p: len(p.parts))]
            return [[(tag, sorted(attrs)) for tag, attrs in page.tags] for page in pages_of]

        assert shape(evil, tmp_path / "evil") == shape("plain", tmp_path / "plain")
        assert "49" not in Page(tmp_path / "evil" / LAB / slug(evil) / "index.html").text
