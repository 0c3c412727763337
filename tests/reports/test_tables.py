"""The instructor's tables: sums, what is missing, what was our fault, and how the class did."""

from __future__ import annotations

from decimal import Decimal

from labgrade.reports.tables import ClassView, LabView, class_view, lab_view, natural
from labgrade.reports.views import LabInfo, Score

from .factory import INFO, LAB, check, exercise, graded, provenance, record, slug, varied

OTHER = LabInfo("lab02", "Graphs")


def lab(*records, students=()) -> LabView:
    return lab_view(records, INFO, "Course", slug, students)


def of_class(*records) -> ClassView:
    latest = {(r.lab, r.student): r for r in records}
    return class_view(latest, [(INFO, "one.html"), (OTHER, "two.html")], "Course", slug)


def broken(student="s09", **fields):
    return record(exercise("q1", check("q1.a"), check("q1.b", "not_run")), student=student, **fields)


class TestLab:
    def test_a_row_a_student_in_natural_order(self):
        view = lab(graded("s10"), graded("s9"), graded("S2"))
        assert [row.student for row in view.rows] == ["S2", "s9", "s10"]

    def test_cells_lead_to_the_exercise_on_the_students_page(self):
        (row,) = lab(graded("s01", ("q2",))).rows
        assert row.href == "s01/index.html"
        assert row.cells[1].href == "s01/index.html#exercise-q2"
        assert str(row.cells[1].score) == "1 of 4"
        assert str(row.total) == "29 of 32"

    def test_an_exercise_that_a_record_lacks_is_missing(self):
        (row,) = lab(record(exercise("q1", check("q1.a")))).rows
        assert [cell.score is None for cell in row.cells] == [False] + [True] * 7

    def test_exercises_that_the_course_does_not_know_get_a_column(self):
        view = lab(record(exercise("q99", check("q99.a"))))
        assert [column.id for column in view.columns][-1] == "q99"

    def test_figures_leave_out_what_was_not_graded(self):
        view = lab(graded("s01"), graded("s02", ("q1", "q2")), broken())
        assert (view.summary.students, view.summary.graded, view.summary.full) == (3, 2, 1)
        assert (view.summary.mean, view.summary.median) == ("29", "29")

    def test_figures_of_nobody_are_no_zero(self):
        summary = lab(broken()).summary
        assert (summary.mean, summary.median) == (None, None)

    def test_who_handed_in_nothing_is_named(self):
        assert lab(graded("s01"), students=["s01", "s10", "s2"]).missing == ("s2", "s10")

    def test_distribution_counts_everyone_graded_once(self):
        view = lab(
            graded("s01"),
            graded("s02", ("q1",)),
            graded("s03", tuple(f"q{i}" for i in range(1, 9))),
            broken(),
        )
        assert [bar.students for bar in view.bars] == [0, 0, 1, 0, 0, 0, 0, 0, 0, 2]
        assert [(bar.low, bar.high) for bar in view.bars][::9] == [(0, 10), (90, 100)]

    def test_facility_is_the_mean_share_of_those_graded(self):
        view = lab(graded("s01"), graded("s02", ("q1",)), broken())
        assert (view.facilities[0].percent, view.facilities[0].full, view.facilities[0].graded) == (62, 1, 2)
        assert view.facilities[1].percent == 100

    def test_facility_of_an_exercise_that_nobody_was_graded_in(self):
        assert lab(broken()).facilities[0].percent is None

    def test_misconceptions_count_students_not_checks(self):
        twice = record(
            exercise(
                "q1",
                check("q1.a", "failed", misconception=f"{LAB}.q1.cat-for-stack"),
                check("q1.b", "failed", misconception=f"{LAB}.q1.cat-for-stack", visibility="hidden"),
            ),
            student="s03",
        )
        view = lab(graded("s01", ("q2",)), graded("s02", ("q2",)), twice)
        assert view.mistakes == (("row for column", "q2", 2), ("cat for stack", "q1", 1))

    def test_says_how_marks_were_made_and_where_that_differs(self):
        made = dict(lab(graded("s01"), graded("s02", provenance=provenance(device="cuda"))).provenance)
        assert made["Device"] == "cpu · cuda"
        assert made["Isolation layers not in force"] == "cgroup"


class TestClass:
    def test_missing_is_no_zero(self):
        view = of_class(graded("s01", ("q1",)), graded("s02"), graded("s02", lab="lab02"))
        assert view.rows[0].cells[1].score is None
        assert view.rows[0].total == Score(Decimal(29), Decimal(32))
        assert (view.rows[0].notes, view.rows[1].notes) == ("1 missing", "")
        assert str(view.rows[1].total) == "64 of 64"
        assert (view.missing, view.not_graded) == (1, 0)

    def test_our_fault_is_no_zero(self):
        view = of_class(graded("s09", lab="lab02"), broken("s09"))
        (row,) = view.rows
        assert row.cells[0].score is not None
        assert str(row.cells[0].score) == "not graded (our fault)"
        assert row.total == Score(Decimal(32), Decimal(32))
        assert row.notes == "1 not graded"
        assert view.not_graded == 1

    def test_columns_have_links_marks_and_figures(self):
        view = of_class(graded("s01"), varied("s02"), graded("s03", lab="lab02"))
        assert [(c.title, c.href, c.of) for c in view.columns] == [
            ("Introduction to tensors", "one.html", 32),
            ("Graphs", "two.html", 32),
        ]
        assert [s.students for s in view.summaries] == [2, 1]
        assert view.rows[0].cells[0].href == f"{LAB}/s01/index.html"

    def test_of_nobody(self):
        assert of_class().rows == ()


def test_natural_order_survives_any_id():
    ids = ["s10", "s2", "²", "१२", "", "9" * 5000, "s2b"]
    assert sorted(ids, key=natural) == sorted(sorted(ids), key=natural)
    assert sorted(["s10", "s2"], key=natural) == ["s2", "s10"]
