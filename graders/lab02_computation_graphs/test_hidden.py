"""Lab 2, what decides: the same functions at points that change with every grading run.

Points are drawn again until all expected values are far from 0 and from where float32 loses digits, so that
every honest order of evaluation stays within the tolerance. Expected values are worked out in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from labgrade.grader import Mistake, check, exercise, expect, probes

Point = tuple[torch.Tensor, ...]
SIGNS = (1, -1)

ENGINE_HINT = "Right at the example only? Use the arguments, and take the gradient afresh in each call."
FORMULA_HINT = "Right at the example only? Check the formula at a second point, with negative numbers too."
FORWARD_HINT = "Work the nodes out from the arguments, a line each."
FORMULA = Mistake(
    "autograd-for-formula",
    say="This function asks PyTorch for the gradient. Your own formula is wanted here, to compare with.",
    raises="RuntimeError",
    match="autograd is switched off here",
)

CONSTANT = "The same result as at the example, though the arguments are others. Does it use its arguments?"
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


def _draw(rng: Any, widths: tuple[float, ...], holds: Callable[..., bool]) -> Point:
    """Draw a point of 0-dim float32 tensors, again until `holds` is true of its numbers."""
    while True:
        point = _tensors(*(rng.uniform(-width, width) for width in widths))
        if holds(*_numbers(point)):
            return point


def _tensors(*values: float) -> Point:
    return tuple(torch.tensor(value, dtype=torch.float32) for value in values)


def _numbers(point: Point) -> list[float]:
    return [coordinate.item() for coordinate in point]


def _sized(*values: float, least: float = 0.05) -> bool:
    return all(abs(value) >= least for value in values)


def _by_hand(function: Any) -> Callable[..., Any]:
    return partial(probes.without_autograd, function)


def _expect_nodes(result: Any, expected: dict[str, float]) -> None:
    nodes = expect(result, "the dict of nodes")
    for name, value in expected.items():
        nodes.key(name).close_to(value)


def _path_nodes(a: float, b: float) -> dict[str, float]:
    x, y = 2 * a + 3 * b, 5 * a**2 + 3 * b**3
    return {"x": x, "y": y, "z": 2 * x + 3 * y}


def _two_path_point(rng: Any, sign: int) -> Point:
    def holds(a: float, b: float) -> bool:
        return sign * a >= 0.2 and _sized(b, 4 + 30 * a) and _sized(*_path_nodes(a, b).values(), least=0.5)

    return _draw(rng, (2, 2), holds)


@exercise("q1")
class TestGradientOverTwoPaths:
    def _expect_derivative(self, ask, rng):
        for sign in SIGNS:
            point = _two_path_point(rng, sign)
            a, b = _numbers(point)
            mistakes = [
                Mistake("constant-result", 64.0, say=CONSTANT),
                *(Mistake("one-path", value, say=ONE_PATH) for value in (30 * a, 4.0)),
                Mistake("wrong-input", 6 + 27 * b**2, say=WRONG_INPUT),
            ]
            expect(ask(*point), "the derivative").close_to(4 + 30 * a, mistakes=mistakes)

    @check(marks=1, hint=FORWARD_HINT)
    def test_nodes_at_random(self, student, rng):
        """The nodes are right for other inputs, positive and negative"""
        for point in (_two_path_point(rng, sign) for sign in SIGNS):
            _expect_nodes(student.graph_nodes(*point), _path_nodes(*_numbers(point)))

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_random(self, student, rng):
        """dz/da by automatic differentiation, for other inputs"""
        self._expect_derivative(student.dz_da_autograd, rng)

    @check(marks="1.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_random(self, student, rng):
        """dz/da by your own formula, for other inputs"""
        self._expect_derivative(_by_hand(student.dz_da_analytic), rng)


def _sigmoid(v: float) -> float:
    return 1 / (1 + math.exp(-v))


def _sigmoid_slope(v: float) -> float:
    return _sigmoid(v) * _sigmoid(-v)


def _neuron_points(rng: Any) -> list[Point]:
    """Points x, w, b for either sign of v and of x, with 0.2 ≤ |v| ≤ 4 and x neither near 0 nor near v."""
    return [_neuron_point(rng, v_sign, x_sign) for v_sign in SIGNS for x_sign in SIGNS]


def _neuron_point(rng: Any, v_sign: int, x_sign: int) -> Point:
    def holds(x: float, w: float, b: float) -> bool:
        v = w * x + b
        sizes = _sized(w * x, b, x - v, _sigmoid(v), _sigmoid_slope(v) * x)
        return sizes and x_sign * x >= 0.3 and 0.2 <= v_sign * v <= 4

    return _draw(rng, (2, 2, 2), holds)


def _relu_mistakes(x: float, v: float) -> list[Mistake]:
    if v < 0:
        return [Mistake("active-everywhere", x, say=ACTIVE_EVERYWHERE)]
    values = [v] if x > 0 else [v, 0.0]
    return [
        *(Mistake("value-for-slope", value, say=VALUE_FOR_SLOPE) for value in values),
        Mistake("constant-result", 2.0, say=CONSTANT),
    ]


@exercise("q2")
class TestReluNeuron:
    def _expect_slopes(self, ask, rng):
        for point in _neuron_points(rng):
            x, w, b = _numbers(point)
            v = w * x + b
            slope = x if v > 0 else 0.0
            expect(ask(*point), "the derivative").close_to(slope, mistakes=_relu_mistakes(x, v))

    @check(marks=1, hint=FORWARD_HINT)
    def test_forward_at_random(self, student, rng):
        """The nodes are right for other inputs, positive and negative v"""
        for point in _neuron_points(rng):
            x, w, b = _numbers(point)
            v = w * x + b
            nodes = expect(student.relu_neuron(*point), "the dict of nodes")
            nodes.key("u").close_to(w * x)
            nodes.key("v").close_to(v, mistakes=[Mistake("relu-in-place", 0.0, say=IN_PLACE)])
            nodes.key("a").close_to(max(0.0, v))

    @check(marks="1.5", hint=ENGINE_HINT, mistakes=[UNTRACKED, PYTHON_MAX])
    def test_autograd_at_random(self, student, rng):
        """da/dw by automatic differentiation, for other inputs on both sides"""
        self._expect_slopes(student.relu_da_dw_autograd, rng)

    @check(marks="1.5", hint="Which values can the slope of max(0, v) take?", mistakes=[FORMULA])
    def test_manual_at_random(self, student, rng):
        """da/dw by the chain rule, for other inputs on both sides"""
        self._expect_slopes(_by_hand(student.relu_da_dw_manual), rng)


def _expect_sigmoid_slope(ask: Callable[..., Any], point: Point) -> None:
    x, w, b = _numbers(point)
    slope = _sigmoid_slope(w * x + b)
    mistakes = [
        Mistake("no-input-factor", slope, say=NO_INPUT_FACTOR),
        Mistake("constant-result", 0.20998717, say=CONSTANT),
    ]
    expect(ask(*point), "the derivative").close_to(slope * x, mistakes=mistakes)


@exercise("q3")
class TestSigmoidNeuron:
    def _expect_slopes(self, ask, rng):
        for point in _neuron_points(rng):
            _expect_sigmoid_slope(ask, point)

    @check(marks=1, hint=FORWARD_HINT)
    def test_forward_at_random(self, student, rng):
        """The nodes are right for other inputs, positive and negative v"""
        for point in _neuron_points(rng):
            x, w, b = _numbers(point)
            v = w * x + b
            _expect_nodes(student.sigmoid_neuron(*point), {"u": w * x, "v": v, "a": _sigmoid(v)})

    @check(marks="1.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_random(self, student, rng):
        """da/dw by automatic differentiation, for other inputs"""
        self._expect_slopes(student.sigmoid_da_dw_autograd, rng)

    @check(marks="1.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_manual_at_random(self, student, rng):
        """da/dw by the chain rule, for other inputs"""
        self._expect_slopes(_by_hand(student.sigmoid_da_dw_manual), rng)

    @check(marks="0.5", hint="Print exp(−v) for large v of both signs.", mistakes=[FORMULA, UNTRACKED])
    def test_saturated(self, student, rng):
        """Both gradients stay finite and of the right size where the sigmoid is flat"""
        for ask in (student.sigmoid_da_dw_autograd, _by_hand(student.sigmoid_da_dw_manual)):
            _expect_sigmoid_slope(ask, _neuron_point(rng, 1, 1))
            for sign in SIGNS:
                point = _tensors(2.0, sign * rng.uniform(9, 12), sign * rng.uniform(2, 6))
                value = expect(ask(*point), "the derivative").number()
                expect(value).that(abs(value) <= 1e-5, "A saturated sigmoid has a finite slope near zero.")


def _expect_slope(ask: Callable[..., Any], rng: Any, slope: Callable[[float], float], mistakes: Any) -> None:
    """Ask for a derivative at a positive and at two negative points; `mistakes` gives those of a point."""
    for sign in (*SIGNS, -1):
        point = _slope_point(rng, sign, slope)
        (x,) = _numbers(point)
        expect(ask(*point), "the derivative").close_to(slope(x), mistakes=mistakes(x))


def _slope_point(rng: Any, sign: int, slope: Callable[[float], float]) -> Point:
    return _draw(rng, (3,), lambda x: sign * x >= 0.1 and _sized(slope(x)))


def _exponential(x: float) -> float:
    return math.exp(-(x**2) - 2 * x - math.sin(x))


def _exponential_slope(x: float) -> float:
    return _exponential(x) * (-2 * x - 2 - math.cos(x))


def _exponential_mistakes(x: float) -> list[Mistake]:
    return [
        Mistake("constant-result", -3.4070422, say=CONSTANT),
        Mistake("cosine-sign", _exponential(x) * (-2 * x - 2 + math.cos(x)), say=COSINE_SIGN),
        Mistake("no-inner-derivative", _exponential(x), say=NO_INNER),
        Mistake("no-outer-factor", -2 * x - 2 - math.cos(x), say=NO_OUTER),
        Mistake("other-point", -0.097444004, say=OTHER_POINT),
    ]


@exercise("q4")
class TestExponential:
    @check(marks="1.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_random(self, student, rng):
        """f′ by automatic differentiation, at other points"""
        _expect_slope(student.exp_derivative_autograd, rng, _exponential_slope, _exponential_mistakes)

    @check(marks="1.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_random(self, student, rng):
        """f′ by your own formula, at other points"""
        ask = _by_hand(student.exp_derivative_analytic)
        _expect_slope(ask, rng, _exponential_slope, _exponential_mistakes)


def _polynomial_slope(x: float) -> float:
    return 32 * x**3 + 9 * x**2 + 14 * x + 6


def _polynomial_mistakes(_x: float) -> list[Mistake]:
    return [
        Mistake("constant-result", 326.0, say=CONSTANT),
        Mistake("lost-terms", 6.0, say=LOST_TERMS),
        Mistake("other-point", 61.0, say=OTHER_POINT),
    ]


@exercise("q5")
class TestPolynomial:
    @check(marks="1.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_at_random(self, student, rng):
        """dy/dx by automatic differentiation, at other points"""
        _expect_slope(student.polynomial_derivative_autograd, rng, _polynomial_slope, _polynomial_mistakes)

    @check(marks="1.5", hint=FORMULA_HINT, mistakes=[FORMULA])
    def test_analytic_at_random(self, student, rng):
        """dy/dx by your own formula, at other points"""
        ask = _by_hand(student.polynomial_derivative_analytic)
        _expect_slope(ask, rng, _polynomial_slope, _polynomial_mistakes)


def _tanh_log_nodes(x: float, y: float, z: float) -> dict[str, float]:
    a, b = 2 * x, math.sin(y)
    c = a / b
    d = z * c
    e = math.log(1 + d)
    return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": math.tanh(e)}


def _tanh_log_derivatives(x: float, y: float, z: float) -> dict[str, float]:
    node = _tanh_log_nodes(x, y, z)
    df_dd = (1 - node["f"] ** 2) / (1 + node["d"])
    df_db = -df_dd * z * node["a"] / node["b"] ** 2
    return {"df_dx": df_dd * z / node["b"] * 2, "df_dy": df_db * math.cos(y), "df_dz": df_dd * node["c"]}


def _tanh_log_point(rng: Any, sign: int) -> Point:
    """x, y, z with |sin y| ≥ 0.2 and 0.1 ≤ 1 + d ≤ 6; beyond, 1 − f² is short of digits in float32."""

    def holds(x: float, y: float, z: float) -> bool:
        if sign * y < 0 or abs(math.sin(y)) < 0.2 or not 0.1 <= 1 + 2 * x * z / math.sin(y) <= 6:
            return False
        nodes, derivatives = _tanh_log_nodes(x, y, z), _tanh_log_derivatives(x, y, z)
        return _sized(*nodes.values(), *derivatives.values(), math.cos(y))

    return _draw(rng, (2, 3, 2), holds)


ONLY_DF_DY = Mistake(
    "only-df-dy",
    lambda value: set(value) == {"df_dy"},
    say="The derivative for y is there; those for x and z are asked for too, and earn marks of their own.",
)


def _derivative_mistakes(name: str, y: float, expected: float) -> list[Mistake]:
    if name != "df_dy":
        return [Mistake("constant-result", 0.20869959, say=CONSTANT)]
    return [
        *(Mistake("constant-result", value, say=CONSTANT) for value in (-0.13400447, -0.134)),
        Mistake("no-cosine", expected / math.cos(y), say=NO_COSINE),
        Mistake("no-minus", -expected, say=NO_MINUS),
    ]


def _expect_derivative(ask: Callable[..., Any], rng: Any, name: str) -> None:
    for sign in (*SIGNS, *SIGNS):
        point = _tanh_log_point(rng, sign)
        expected, y = _tanh_log_derivatives(*_numbers(point))[name], point[1].item()
        derivatives = expect(ask(*point), "the dict of derivatives")
        missing = isinstance(derivatives.value, dict) and name not in derivatives.value
        derivatives.that(not missing, f"The key {name} is missing.", mistakes=[ONLY_DF_DY], kind="keys")
        derivatives.key(name).close_to(expected, mistakes=_derivative_mistakes(name, y, expected))


@exercise("q6")
class TestTanhLogGraph:
    @check(marks=1, hint=FORWARD_HINT)
    def test_forward_at_random(self, student, rng):
        """The six nodes are right for other inputs"""
        for sign in (*SIGNS, *SIGNS):
            point = _tanh_log_point(rng, sign)
            _expect_nodes(student.tanh_log_forward(*point), _tanh_log_nodes(*_numbers(point)))

    @check(marks=2, hint="From f back to y: through e, d, c and b.", mistakes=[FORMULA])
    def test_backward_df_dy_at_random(self, student, rng):
        """∂f/∂y by hand, for other inputs"""
        _expect_derivative(_by_hand(student.tanh_log_backward), rng, "df_dy")

    @check(marks="0.5", hint="From f back to x: through e, d, c and a.", mistakes=[FORMULA])
    def test_backward_df_dx_at_random(self, student, rng):
        """∂f/∂x by hand, for other inputs"""
        _expect_derivative(_by_hand(student.tanh_log_backward), rng, "df_dx")

    @check(marks="0.5", hint="From f back to z: through e and d, where z enters.", mistakes=[FORMULA])
    def test_backward_df_dz_at_random(self, student, rng):
        """∂f/∂z by hand, for other inputs"""
        _expect_derivative(_by_hand(student.tanh_log_backward), rng, "df_dz")

    @check(marks=1, hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_df_dy_at_random(self, student, rng):
        """∂f/∂y by automatic differentiation, for other inputs"""
        _expect_derivative(student.tanh_log_autograd, rng, "df_dy")

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_df_dx_at_random(self, student, rng):
        """∂f/∂x by automatic differentiation, for other inputs"""
        _expect_derivative(student.tanh_log_autograd, rng, "df_dx")

    @check(marks="0.5", hint=ENGINE_HINT, mistakes=[UNTRACKED])
    def test_autograd_df_dz_at_random(self, student, rng):
        """∂f/∂z by automatic differentiation, for other inputs"""
        _expect_derivative(student.tanh_log_autograd, rng, "df_dz")
