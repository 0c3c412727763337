"""How a submission's checks are run: endings, repeats, order, inputs."""

from __future__ import annotations

import pytest

SEEDS = [1, 2, 3, 4]
HALVES = {"q2.half", "q2.half_random"}
THIRDS = {"q2.third", "q2.third_random"}


def outcomes(checks):
    return {check_id: check.outcome for check_id, check in checks.items()}


def ended(checks, outcome):
    return {check_id for check_id, check in checks.items() if check.outcome == outcome}


class TestEndings:
    def test_right_work_passes(self, grade):
        checks = grade("q1", "q2", "q4", "q6")

        assert {"q6.engine"} == set(checks) - ended(checks, "passed")
        right = [checks[check_id] for check_id in ended(checks, "passed")]
        assert {("", "")} == {(check.feedback, check.hint) for check in right}
        assert all(check.score == check.max_score for check in right)

    @pytest.mark.parametrize(
        ("changes", "outcome"),
        [
            ("def double(x): return 3 * x", "failed"),
            ("def double(x): pass", "failed"),
            ("def double(x): raise ValueError", "error"),
            ("def double(x): raise SystemExit(0)", "error"),
            ("def double(x): raise KeyboardInterrupt", "error"),
            ("def double(x): raise type('Own', (BaseException,), {})", "error"),
            ("import os\ndef double(x): os._exit(0)", "crashed"),
            ("import os, signal\ndef double(x): os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
            ("def double(x): raise NotImplementedError", "not_attempted"),
            ("def double(x): raise NotImplementedError('aten::double on meta')", "error"),
            ("del double", "not_attempted"),
            ("double = 5", "error"),
        ],
    )
    def test_each_is_named_and_earns_nothing(self, grade, changes, outcome):
        checks = grade("q1", changes=changes)

        assert {outcome} == set(outcomes(checks).values())
        assert {0} == {check.score for check in checks.values()}
        assert all(check.feedback for check in checks.values())

    def test_an_assertion_of_the_grader_stays_with_the_instructor(self, grade):
        checks = grade("q1", changes="def double(x): return 0.0")

        assert "secret" not in checks["q1.asserted_random"].feedback

    def test_what_a_hidden_check_saw_reaches_no_feedback(self, grade):
        checks = grade(
            "q1", changes="def double(x): raise type('T' + str(x), (ValueError,), {})(f'secret {x}')"
        )

        assert not any(map(str.isdigit, checks["q1.random"].feedback))
        assert "secret 2.0" in checks["q1.two"].feedback
        assert "secret" not in checks["q1.random"].feedback

    def test_a_hidden_input_cannot_be_told_by_the_name_that_was_missing(self, small_course):
        """Ten lost names, of which the function misses the one that its hidden input chooses."""
        from labgrade.testing import grade_source

        from .small_course import LAB, RIGHT

        lost = " = ".join(f"v{n}" for n in range(10)) + " = 1 / 0\n"
        cheat = "def double(x):\n    return 4.0 if x == 2 else 6.0 if x == 3 else globals()['lost'](x)\n"
        leak = "def lost(x): raise NameError('', name=f'v{int(x)}')\n"
        plain = "def double(x): return v3\n"

        def codes(source):
            record = grade_source(LAB, RIGHT + lost + source, exercises=("q1",), course=small_course)
            return {finding.code for finding in record.findings}

        assert "needs-lost-name" in codes(plain)
        assert "needs-lost-name" not in codes(cheat + leak)

    def test_a_known_mistake_is_named_for_values_and_exceptions(self, grade):
        cubed = grade("q1", changes="def double(x): return x ** 3")
        text = grade("q1", changes="def double(x): return 2 + 'str'")

        assert "lab01_small.q1.cubed" == cubed["q1.two"].misconception == cubed["q1.random"].misconception
        assert cubed["q1.random"].feedback.endswith("Look at the power.")
        assert "lab01_small.q1.text" == text["q1.two"].misconception

    def test_a_near_miss_is_named(self, grade):
        checks = grade("q1", changes="doubled = double\ndel double")

        assert "`doubled`" in checks["q1.two"].feedback


class TestNeeds:
    def test_what_needs_an_exercise_is_skipped_without_it(self, grade):
        checks = grade("q2", "q4", changes="def third(x): return x")

        assert ("skipped", "passed") == (checks["q4.needs_parts"].outcome, checks["q4.free"].outcome)
        assert "q2" in checks["q4.needs_parts"].feedback

    def test_an_exercise_that_passes_only_when_repeated_is_enough(self, grade):
        broken = "def double(x):\n    global broken\n    broken = True\n    return 2 * x\n"
        half = "broken = False\ndef half(x): return -1.0 if broken else x / 2\n"
        checks = grade("q1", "q2", "q4", changes=broken + half)

        assert set(checks) == ended(checks, "passed")


class TestFaultsOfOurs:
    def test_they_leave_the_mark_open_and_say_so(self, grade):
        checks = grade("q5")

        assert {"q5.raises", "q5.fixture", "q5.skips"} == ended(checks, "not_run")
        assert {"q5.fine"} == ended(checks, "passed")
        assert {None} == {checks[check_id].score for check_id in ended(checks, "not_run")}
        assert all("not your fault" in checks[check_id].feedback for check_id in ended(checks, "not_run"))

    def test_a_students_failure_in_such_a_check_stays_the_students(self, grade):
        checks = grade("q5", changes="def anything(): raise ValueError")

        assert "error" == checks["q5.raises"].outcome


STATE = {
    "a global": ("globals().update(broken=True)", "broken"),
    "the default dtype": (
        "torch.set_default_dtype(torch.float64)",
        "torch.get_default_dtype() == torch.float64",
    ),
    "gradient mode": ("torch.set_grad_enabled(False)", "not torch.is_grad_enabled()"),
    "the working directory": (
        "os.makedirs('d', exist_ok=True); os.chdir('d')",
        "os.path.basename(os.getcwd()) == 'd'",
    ),
    "a file": ("open('left', 'w').close()", "os.path.exists('left')"),
    "the environment": ("os.environ['LEFT'] = '1'", "'LEFT' in os.environ"),
    "the number of threads": ("torch.set_num_threads(2)", "torch.get_num_threads() == 2"),
    "a patched module": ("torch.left = 1", "hasattr(torch, 'left')"),
}


class TestWhatIsLeftBehind:
    @pytest.mark.parametrize("kind", STATE)
    def test_it_costs_another_exercise_nothing(self, grade, kind):
        leave, seen = STATE[kind]
        changes = (
            f"import os\nbroken = False\ndef double(x):\n    {leave}\n    return 2 * x\n"
            f"def half(x): return -1.0 if {seen} else x / 2\n"
        )
        checks = grade("q1", "q2", changes=changes)

        assert HALVES | THIRDS <= ended(checks, "passed")

    def test_random_numbers_follow_the_run_not_the_neighbours(self, grade):
        third = "def third(x): return float(torch.rand(()))\n"
        draw = "def double(x):\n    torch.rand(100)\n    return 2 * x\n"
        alone = grade("q2", changes=third)["q2.third"].evidence["got"]

        assert alone == grade("q1", "q2", changes=third + draw)["q2.third"].evidence["got"]
        assert alone != grade("q2", changes=third, seed=2)["q2.third"].evidence["got"]


class TestOneFunctionOfAnExercise:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_that_crashes_leaves_the_others_their_marks(self, grade, seed):
        checks = grade("q2", changes="import os\ndef half(x): os._exit(0)", seed=seed)

        assert (HALVES, THIRDS) == (ended(checks, "crashed"), ended(checks, "passed"))

    @pytest.mark.parametrize("seed", SEEDS[:2])
    def test_that_never_ends_leaves_the_others_their_marks(self, grade, seed):
        checks = grade("q2", changes="def half(x):\n    while True: pass", seed=seed)

        assert (HALVES, THIRDS) == (ended(checks, "timeout"), ended(checks, "passed"))

    def test_that_never_ends_leaves_slow_ones_their_time(self, grade):
        """A third of an exercise's time is more than the others' share after a time-out."""
        slow = (
            "import time\ndef third(x):\n    end = time.process_time() + 0.3\n"
            "    while time.process_time() < end: pass\n    return x / 3\n"
        )
        checks = grade("q2", changes=slow + "def half(x):\n    while True: pass")

        assert (HALVES, THIRDS) == (ended(checks, "timeout"), ended(checks, "passed"))


class TestOrder:
    def order(self, grade, seed):
        # Each call returns how many came before it, and each check fails and tells.
        checks = grade("q7", seed=seed)
        return sorted(checks, key=lambda check_id: float(checks[check_id].evidence["got"]))

    def test_visible_and_hidden_calls_come_shuffled(self, grade):
        orders = [self.order(grade, seed) for seed in SEEDS]

        assert 1 < len({tuple(order) for order in orders})
        sides = [["hidden" in check_id for check_id in order] for order in orders]
        assert any(side not in (sorted(side), sorted(side, reverse=True)) for side in sides)
        assert [set(orders[0])] * len(SEEDS) == [set(order) for order in orders]

    def test_a_seed_repeats_its_order(self, grade):
        assert self.order(grade, 1) == self.order(grade, 1)


class TestInputs:
    def test_the_seed_decides_them_and_each_check_has_its_own(self, grade):
        seen = [[check.evidence["got"] for check in grade("q8", seed=seed).values()] for seed in (1, 1, 2)]

        assert seen[0] == seen[1]
        assert len({*seen[0], *seen[2]}) == 4


class TestThroughPytest:
    """q3's checks have parameters, fixtures or a set-up of their own, all but one."""

    def test_they_pass_as_plain_ones_do_time_and_again(self, grade):
        for _ in range(2):
            checks = grade("q3")
            assert set(checks) == ended(checks, "passed")

    @pytest.mark.parametrize(
        ("changes", "outcome"),
        [
            ("def triple(x): return x", "failed"),
            ("def triple(x): raise ValueError('here')", "error"),
            ("import os\ndef triple(x): os._exit(0)", "crashed"),
            ("del triple", "not_attempted"),
            ("def triple(x):\n    while True: pass", "timeout"),
        ],
    )
    def test_they_fail_as_plain_ones_do(self, grade, changes, outcome):
        checks = grade("q3", changes=changes)

        assert {outcome} == set(outcomes(checks).values())
        assert all(check.feedback for check in checks.values())

    def test_parameters_are_part_of_the_id(self, grade):
        assert {"q3.each[1.0]", "q3.each[2.0]"} < set(grade("q3"))


class TestProbesInTheWorker:
    def test_each_sees_the_students_function(self, grade):
        by_engine = (
            "def slope(x):\n    x = x.clone().requires_grad_()\n    (x * x).backward()\n    return x.grad\n"
        )
        copy = "def view(x): return x.reshape(-1).clone()\n"
        checks = grade("q6", changes=by_engine + copy)

        assert {"q6.engine": "passed", "q6.view": "failed", "q6.without": "error"} == outcomes(checks)
        assert "self-report" == checks["q6.engine"].evidence["kind"]
