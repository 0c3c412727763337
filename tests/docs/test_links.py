"""What a page leads to is there: files, headings, pictures, names in the code."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from .pages import DOCS, PAGES, REPOSITORY, name_of, text_of

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"")
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Paths of this repository that stand in running text.
PATH = re.compile(
    r"`((?:src|docs|tests|graders|submissions|assignments|reference_solutions|benchmarks)/[\w./-]+)`"
)
PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b")
MAX_PICTURE = 200_000

every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def prose(page: Path) -> str:
    return CODE.sub("", text_of(page))


def links(page: Path) -> list[str]:
    return [first or second for first, second in LINK.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_links_lead_to_files_and_headings_that_exist(page):
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert [] == broken


@every_page
def test_no_page_leads_out_of_the_repository(page):
    outside = {link for link in links(page) if re.match(r"[a-z]+:", link)}

    assert set() == outside


@every_page
def test_paths_in_running_text_exist(page):
    paths = [path for path in PATH.findall(prose(page)) if not PLACEHOLDER.search(path)]
    missing = [path for path in paths if not written_there(page, path)]

    assert [] == missing


def written_there(page: Path, path: str) -> bool:
    """Whether a path exists here; the page on graders also speaks of the course that it builds."""
    return (REPOSITORY / path).exists() or f"file={path}\n" in text_of(page)


@pytest.mark.parametrize("name", ["README.md", *sorted(path.name for path in DOCS.glob("*.md"))])
def test_every_page_can_be_reached_from_the_readme(name):
    reached, waiting = set(), [REPOSITORY / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = (link.partition("#")[0] for link in links(page) if ":" not in link)
        waiting += [(page.parent / target).resolve() for target in targets if target.endswith(".md")]

    assert name in {page.name for page in reached}


def definitions() -> set[str]:
    """Every function, method and class of the package by name."""
    source = "\n".join(text_of(path) for path in (REPOSITORY / "src").rglob("*.py"))
    return set(re.findall(r"^\s*(?:def|class) (\w+)", source, re.MULTILINE))


def test_functions_that_the_architecture_names_exist():
    named = re.findall(r"`(?:\w+\.)*(\w+)\(\)`", text_of(DOCS / "architecture.md"))

    assert named
    assert set() == set(named) - definitions() - {"exit", "input"}  # what a student calls


def test_each_package_of_the_way_is_in_the_architecture():
    text = text_of(DOCS / "architecture.md")
    for package in ("cli", "batch", "intake", "worker", "wire", "probes", "grader", "record", "reports"):
        assert f"src/labgrade/{package}/" in text, package


@pytest.mark.parametrize("path", sorted((DOCS / "images").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_pngs_that_a_page_shows(path):
    data = path.read_bytes()

    assert data.startswith(b"\x89PNG")
    assert len(data) < MAX_PICTURE
    assert min(struct.unpack(">II", data[16:24])) > 300
    assert any(link.endswith(path.name) for page in PAGES for link in links(page))
