"""Lab 2, what students see: every function at one or two points whose results can be worked out by hand."""

from __future__ import annotations

from typing import Any

import torch

from labgrade.grader import Mistake, check, exercise, expect, probes

ENGINE = "The derivative is right, but automatic differentiation did not run: let PyTorch find it here."
ENGINE_HINT = "Mark the input with requires_grad_, compute the output, call backward() on it, read .grad."
FORMULA_HINT = "Work the derivative out on paper and write that formula down, with no backward() in it."
FORMULA = Mistake(
    "autograd-for-formula",
    say="This function asks PyTorch for the gradient. Your own formula is wanted here, to compare with.",
    raises="RuntimeError",
    match="autograd is switched off here",
)

ONE_PATH = "Sum over every path from z back to a: this value belongs to one of the paths alone."
WRONG_INPUT = "This is how z answers to b. Which input was asked for?"
VALUE_FOR_SLOPE = "This is a value of the ReLU, not its slope. How much does the output change when w does?"
ACTIVE_EVERYWHERE = "Right where v > 0. Where is ReLU flat, and what is its slope there?"
IN_PLACE = "v was overwritten by the activation. What does the underscore at the end of a method's name mean?"
PYTHON_MAX = Mistake(
    "python-max",
    say="For negative v there is nothing to differentiate. Does what Python's max gives belong to the graph?",
    raises="AttributeError",
    match="'int' object has no attribute",
)
UNTRACKED = Mistake(
    "untracked-input",
    say="The output has no link back to the input: is the input tracked, and is every step in the graph?",
    raises="RuntimeError",
    match="does not require grad",
)
NO_INPUT_FACTOR = "One factor short: what is the last link of the chain, from v back to w?"
COSINE_SIGN = "Differentiate the exponent by itself, term by term, and look at the sign of each."
NO_INNER = "This is f itself: the derivative of the exponent is still missing as a factor."
NO_OUTER = "This is the derivative of the exponent. What does the chain rule multiply it by?"
OTHER_POINT = "This is the derivative at another point. Compare both functions at the x that they are given."
LOST_TERMS = "This is the slope of the last terms alone. Write y again in one line: does every term reach it?"
NO_COSINE = "Look at the local derivative at node b: how does b change with y?"
NO_MINUS = "The size is right, the sign is not. Look at how c = a/b answers when b grows."


def _point(*values: float) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(value, dtype=torch.float32) for value in values)


ONLY_DF_DY = Mistake(
    "only-df-dy",
    lambda value: set(value) == {"df_dy"},
    say="The derivative for y is there; those for x and z are asked for too, and earn marks of their own.",
)


def _derivative(result: Any, name: str) -> Any:
    """Return the expectation of one derivative of q6."""
    derivatives = expect(result, "the dict of derivatives")
    missing = isinstance(result, dict) and name not in result
    derivatives.that(not missing, f"The key {name} is missing.", mistakes=[ONLY_DF_DY], kind="keys")
    return derivatives.key(name)


@exercise("q1")
class TestGradientOverTwoPaths:
    MISTAKES = (
        Mistake("one-path", 60.0, say=ONE_PATH),
        Mistake("one-path", 4.0, say=ONE_PATH),
        Mistake("wrong-input", 249.0, say=WRONG_INPUT),
    )

    @check(marks="0.5", hint="Each node is one line; z is built from x and y, not from a and b again.")
    def test_nodes_at_example(self, student):
        """The nodes at a = 2, b = 3 are right"""
        nodes = expect(student.graph_nodes(*_point(2, 3)), "the dict of nodes")
        nodes.key("x").close_to(13.0)
        nodes.key("y").close_to(101.0)
        nodes.key("z").close_to(329.0)

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_example(self, student):
        """dz/da at a = 2, b = 3 by automatic differentiation"""
        expect(student.dz_da_autograd(*_point(2, 3)), "the derivative").close_to(64.0, mistakes=self.MISTAKES)

    @check(marks="0.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_example(self, student):
        """dz/da at a = 2, b = 3 by your own formula"""
        value = probes.without_autograd(student.dz_da_analytic, *_point(2, 3))
        expect(value, "the derivative").close_to(64.0, mistakes=self.MISTAKES)

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED], self_report=True)
    def test_autograd_engine(self, student):
        """dz_da_autograd lets PyTorch differentiate"""
        value, ran = probes.autograd_ran(student.dz_da_autograd, *_point(2, 3))
        expect(value, "the derivative").close_to(64.0, mistakes=self.MISTAKES).that(ran, ENGINE)


@exercise("q2")
class TestReluNeuron:
    ACTIVE = (2.0, 1.5, 0.5)  # x, w, b with v = 3.5
    MIRRORED = (-1.5, -2.0, 0.25)  # v = 3.25 and a negative input
    FLAT = (2.0, -1.5, 0.5)  # v = -2.5

    def _expect_slopes(self, ask):
        expect(ask(*_point(*self.ACTIVE)), "the derivative where v > 0").close_to(
            2.0, mistakes=[Mistake("value-for-slope", 3.5, say=VALUE_FOR_SLOPE)]
        )
        expect(ask(*_point(*self.MIRRORED)), "the derivative where v > 0 and x < 0").close_to(
            -1.5,
            mistakes=[
                Mistake("value-for-slope", 3.25, say=VALUE_FOR_SLOPE),
                Mistake("value-for-slope", 0.0, say=VALUE_FOR_SLOPE),
            ],
        )
        expect(ask(*_point(*self.FLAT)), "the derivative where v < 0").close_to(
            0.0, mistakes=[Mistake("active-everywhere", 2.0, say=ACTIVE_EVERYWHERE)]
        )

    @check(marks=1, hint="u is w·x, v adds the bias, a is v cut off at zero.")
    def test_forward_on_both_sides(self, student):
        """The nodes are right for a positive and for a negative v"""
        active = expect(student.relu_neuron(*_point(*self.ACTIVE)), "the dict of nodes")
        active.key("u").close_to(3.0)
        active.key("v").close_to(3.5)
        active.key("a").close_to(3.5)
        flat = expect(student.relu_neuron(*_point(*self.FLAT)), "the dict of nodes")
        flat.key("u").close_to(-3.0)
        flat.key("v").close_to(-2.5, mistakes=[Mistake("relu-in-place", 0.0, say=IN_PLACE)])
        flat.key("a").close_to(0.0)

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED, PYTHON_MAX])
    def test_autograd_on_both_sides(self, student):
        """da/dw by automatic differentiation, for positive and negative v"""
        self._expect_slopes(student.relu_da_dw_autograd)

    @check(marks="0.5", hint="Which values can the slope of max(0, v) take?", mistakes=[FORMULA])
    def test_manual_on_both_sides(self, student):
        """da/dw by the chain rule, for positive and negative v"""
        self._expect_slopes(lambda *point: probes.without_autograd(student.relu_da_dw_manual, *point))

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED, PYTHON_MAX], self_report=True)
    def test_autograd_engine(self, student):
        """relu_da_dw_autograd lets PyTorch differentiate"""
        value, ran = probes.autograd_ran(student.relu_da_dw_autograd, *_point(*self.ACTIVE))
        expect(value, "the derivative where v > 0").close_to(
            2.0, mistakes=[Mistake("value-for-slope", 3.5, say=VALUE_FOR_SLOPE)]
        ).that(ran, ENGINE)
        flat = student.relu_da_dw_autograd(*_point(*self.FLAT))
        expect(flat, "the derivative where v < 0").close_to(
            0.0, mistakes=[Mistake("active-everywhere", 2.0, say=ACTIVE_EVERYWHERE)]
        )


@exercise("q3")
class TestSigmoidNeuron:
    RIGHT = (2.0, 1.5, -1.0)  # x, w, b with v = 2
    LEFT = (-1.5, 1.5, 0.25)  # v = -2
    SLOPE = 0.10499359  # of the sigmoid at 2 and at -2

    def _expect_slopes(self, ask):
        mistakes = [Mistake("no-input-factor", self.SLOPE, say=NO_INPUT_FACTOR)]
        expect(ask(*_point(*self.RIGHT)), "the derivative at v = 2").close_to(0.20998717, mistakes=mistakes)
        expect(ask(*_point(*self.LEFT)), "the derivative at v = -2").close_to(-0.15749038, mistakes=mistakes)

    @check(marks="0.5", hint="Only the last node differs from the ReLU neuron.")
    def test_forward_at_example(self, student):
        """The nodes are right at v = 2 and at v = −2"""
        right = expect(student.sigmoid_neuron(*_point(*self.RIGHT)), "the dict of nodes")
        right.key("u").close_to(3.0)
        right.key("v").close_to(2.0)
        right.key("a").close_to(0.88079708)
        left = expect(student.sigmoid_neuron(*_point(*self.LEFT)), "the dict of nodes")
        left.key("u").close_to(-2.25)
        left.key("v").close_to(-2.0)
        left.key("a").close_to(0.11920292)

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_example(self, student):
        """da/dw by automatic differentiation, at v = 2 and at v = −2"""
        self._expect_slopes(student.sigmoid_da_dw_autograd)

    @check(marks="0.5", hint="The slope can be written with the sigmoid itself.", mistakes=[FORMULA])
    def test_manual_at_example(self, student):
        """da/dw by the chain rule, at v = 2 and at v = −2"""
        self._expect_slopes(lambda *point: probes.without_autograd(student.sigmoid_da_dw_manual, *point))

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED], self_report=True)
    def test_autograd_engine(self, student):
        """sigmoid_da_dw_autograd lets PyTorch differentiate"""
        value, ran = probes.autograd_ran(student.sigmoid_da_dw_autograd, *_point(*self.RIGHT))
        mistakes = [Mistake("no-input-factor", self.SLOPE, say=NO_INPUT_FACTOR)]
        expect(value, "the derivative at v = 2").close_to(0.20998717, mistakes=mistakes).that(ran, ENGINE)


@exercise("q4")
class TestExponential:
    NEGATIVE = (
        Mistake("cosine-sign", 3.4070422, say=COSINE_SIGN),
        Mistake("no-inner-derivative", 6.3058072, say=NO_INNER),
        Mistake("no-outer-factor", -0.54030231, say=NO_OUTER),
        Mistake("other-point", -0.097444004, say=OTHER_POINT),
    )
    POSITIVE = (
        Mistake("cosine-sign", -0.37648774, say=COSINE_SIGN),
        Mistake("no-inner-derivative", 0.17738628, say=NO_INNER),
        Mistake("no-outer-factor", -3.8775826, say=NO_OUTER),
        Mistake("other-point", -0.097444004, say=OTHER_POINT),
    )

    def _expect_derivative(self, ask):
        expect(ask(*_point(-1)), "the derivative at x = −1").close_to(-3.4070422, mistakes=self.NEGATIVE)
        expect(ask(*_point(0.5)), "the derivative at x = 0.5").close_to(-0.68782995, mistakes=self.POSITIVE)

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_examples(self, student):
        """f′ by automatic differentiation, at x = −1 and x = 0.5"""
        self._expect_derivative(student.exp_derivative_autograd)

    @check(marks="0.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_examples(self, student):
        """f′ by your own formula, at x = −1 and x = 0.5"""
        self._expect_derivative(lambda x: probes.without_autograd(student.exp_derivative_analytic, x))

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED], self_report=True)
    def test_autograd_engine(self, student):
        """exp_derivative_autograd lets PyTorch differentiate"""
        value, ran = probes.autograd_ran(student.exp_derivative_autograd, *_point(-1))
        expect(value, "the derivative at x = −1").close_to(-3.4070422, mistakes=self.NEGATIVE).that(
            ran, ENGINE
        )


@exercise("q5")
class TestPolynomial:
    MISTAKES = (Mistake("lost-terms", 6.0, say=LOST_TERMS), Mistake("other-point", 61.0, say=OTHER_POINT))

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_two(self, student):
        """dy/dx at x = 2 by automatic differentiation"""
        value = student.polynomial_derivative_autograd(*_point(2))
        expect(value, "the derivative").close_to(326.0, mistakes=self.MISTAKES)

    @check(marks="0.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_two(self, student):
        """dy/dx at x = 2 by your own formula"""
        value = probes.without_autograd(student.polynomial_derivative_analytic, *_point(2))
        expect(value, "the derivative").close_to(326.0, mistakes=self.MISTAKES)

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED], self_report=True)
    def test_autograd_engine(self, student):
        """polynomial_derivative_autograd lets PyTorch differentiate"""
        value, ran = probes.autograd_ran(student.polynomial_derivative_autograd, *_point(2))
        expect(value, "the derivative").close_to(326.0, mistakes=self.MISTAKES).that(ran, ENGINE)


@exercise("q6")
class TestTanhLogGraph:
    DF_DY = (Mistake("no-cosine", -0.24801758, say=NO_COSINE), Mistake("no-minus", 0.13400447, say=NO_MINUS))

    @check(marks=1, hint="One line a node, in the order a, b, c, d, e, f.")
    def test_forward_at_one(self, student):
        """The six nodes at x = y = z = 1 are right"""
        nodes = expect(student.tanh_log_forward(*_point(1, 1, 1)), "the dict of nodes")
        nodes.key("a").close_to(2.0)
        nodes.key("b").close_to(0.84147098)
        nodes.key("c").close_to(2.3767902)
        nodes.key("d").close_to(2.3767902)
        nodes.key("e").close_to(1.2169256)
        nodes.key("f").close_to(0.83874495)

    @check(marks=1, hint="From f back to y: through e, d, c and b.", mistakes=[FORMULA])
    def test_backward_df_dy_at_one(self, student):
        """∂f/∂y by hand at x = y = z = 1"""
        result = probes.without_autograd(student.tanh_log_backward, *_point(1, 1, 1))
        expect(result, "the dict of derivatives").key("df_dy").close_to(-0.13400447, mistakes=self.DF_DY)

    @check(marks="0.25", hint="From f back to x: through e, d, c and a.", mistakes=[FORMULA])
    def test_backward_df_dx_at_one(self, student):
        """∂f/∂x by hand at x = y = z = 1"""
        result = probes.without_autograd(student.tanh_log_backward, *_point(1, 1, 1))
        _derivative(result, "df_dx").close_to(0.20869959)

    @check(marks="0.25", hint="From f back to z: through e and d, where z enters.", mistakes=[FORMULA])
    def test_backward_df_dz_at_one(self, student):
        """∂f/∂z by hand at x = y = z = 1"""
        result = probes.without_autograd(student.tanh_log_backward, *_point(1, 1, 1))
        _derivative(result, "df_dz").close_to(0.20869959)

    @check(marks="0.5", hint="The same keys as tanh_log_backward.", mistakes=[UNTRACKED])
    def test_autograd_df_dy_at_one(self, student):
        """∂f/∂y by automatic differentiation at x = y = z = 1"""
        result = student.tanh_log_autograd(*_point(1, 1, 1))
        expect(result, "the dict of derivatives").key("df_dy").close_to(-0.13400447, mistakes=self.DF_DY)

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED], self_report=True)
    def test_autograd_engine(self, student):
        """tanh_log_autograd lets PyTorch differentiate"""
        result, ran = probes.autograd_ran(student.tanh_log_autograd, *_point(1, 1, 1))
        derivatives = expect(result, "the dict of derivatives")
        derivatives.key("df_dy").close_to(-0.13400447, mistakes=self.DF_DY)
        derivatives.that(ran, ENGINE)
