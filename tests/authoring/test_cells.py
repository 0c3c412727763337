"""Percent cells and regions, by line."""

import pytest

from labgrade.authoring.cells import Region, find_regions, split_cells
from labgrade.errors import UserError


def cells(text):
    return split_cells(text, "lab.py")


def regions(text):
    return find_regions(cells(text), "lab.py")


def test_an_empty_file_has_no_cells():
    assert cells("") == ()
    assert cells("\n\n") == ()


def test_cells_are_told_apart_by_kind_and_keep_their_lines():
    first, second = cells("# %% [markdown]\n# Title\n\n# %%\nX = 1\n")

    assert (first.kind, second.kind) == ("markdown", "code")
    assert [line.text for line in first.lines] == ["# Title", ""]
    assert [line.text for line in second.lines] == ["X = 1", ""]


def test_lines_carry_their_number_in_the_file():
    (cell,) = cells("\n# %%\nX = 1\nY = 2\n")

    assert [line.number for line in cell.lines] == [3, 4, 5]


def test_a_mark_with_spaces_after_it_is_a_mark():
    assert [cell.kind for cell in cells("# %%  \nX = 1\n# %% [markdown] \n# text\n")] == ["code", "markdown"]


def test_a_form_feed_is_no_line_end():
    (cell,) = cells("# %%\nX = 'a\x0cb'\nY = 1")

    assert [line.number for line in cell.lines] == [2, 3]


def test_a_comment_with_percent_signs_inside_a_line_is_code():
    (cell,) = cells("# %%\nX = 1  # %% of it\n")

    assert cell.lines[0].text == "X = 1  # %% of it"


def test_regions_are_found_in_order_with_their_indentation():
    first = "# %%\n# BEGIN SOLUTION\nX = 1\n# END SOLUTION\n"
    second = "# %%\nif X:\n    # BEGIN SOLUTION\n    Y = 1\n    # END SOLUTION\n"

    assert regions(first + second) == (Region(2, 4, ""), Region(7, 9, "    "))


def test_a_region_holds_its_markers_and_what_is_between():
    (region,) = regions("# %%\n# BEGIN SOLUTION\nX = 1\n# END SOLUTION\n")

    assert [number in region for number in range(1, 6)] == [False, True, True, True, False]


@pytest.mark.parametrize("text", ["the solution begins here", "END OF SOLUTIONS", "SOLUTION"])
def test_a_comment_about_solutions_is_no_marker(text):
    assert regions(f"# %%\n# {text}\nX = 1\n") == ()


@pytest.mark.parametrize(
    "marker",
    ["# Begin Solution", "#  BEGIN SOLUTION", "# BEGIN  SOLUTION", "# BEGIN_SOLUTION", "# END SOLUTION."],
)
def test_a_marker_that_is_nearly_one_is_refused(marker):
    with pytest.raises(UserError, match="not a solution marker") as caught:
        regions(f"# %%\nX = 1\n{marker}\n")

    assert caught.value.where == "lab.py:3"
    assert "# BEGIN SOLUTION" in caught.value.next_step
