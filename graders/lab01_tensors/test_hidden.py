"""Lab 1, the checks that only the instructor has: random inputs of several sizes and signs."""

from __future__ import annotations

import numpy as np
import torch

from labgrade.grader import Mistake, check, exercise, expect, probes

COPIED = "Writing into the result left x as it was. Does it own its memory, or look at that of x?"
JOINED = "No dimension was added: joining makes a dimension longer, stacking makes a new one."
ONE_LEFT = "A dimension of size 1 is left. Which dimensions of the input have size 1?"
RESHAPED = "Right shape, wrong places: does reshape move axes? Follow one pixel and its channels."
STEP_COPIED = "Writing into the result left the images alone: it is a copy. Which step makes new memory?"
ROW = "That is the last row of every matrix. Which of the three axes counts the columns?"
MATRICES = "Whole matrices were left out. Which of the three axes counts the rows?"
ZEROS = "Zero is among them. Is zero greater than zero?"
DTYPE_LOST = "The numbers came through, their dtype did not. What becomes of int64 and float64 on your way?"
IN_GRAPH = "The tensor belongs to a graph, where NumPy cannot follow. What takes a tensor out of it?"
INTEGERS = "These are whole numbers. What do the weights of a network look like, and what draws such?"
SEED_INSIDE = "Two calls give the same numbers. Where does their randomness start, and who decides that?"
ELEMENTWISE = "That multiplies element by element. Which sizes does the rule of inner dimensions give?"
EXCHANGED = "The row stands on the left. Which factor comes first, and which one had to be turned?"
HARD_WIRED = (
    "This needs a GPU, which is not always there. Which device does the function get from its caller?"
)
NOT_TURNED = "Right shape, wrong values: does reshape turn rows into columns? Try it on a small matrix."
ORDER = "What belongs to the maximum comes first, then what belongs to the minimum."
COORDINATES = "These are a row and a column. What is the position when all rows stand in one line?"
ONE_AXIS = "More than one index: along which axis did you search? What is a position in the flattened tensor?"
VALUES = "These are the elements themselves. The question asks where they stand."
SEED_IGNORED = "Another seed gives the same numbers. Does the function use its argument?"
SEED_LATE = "The seed takes effect one call too late. In which order do you seed and draw?"
SEED_FORGOTTEN = "Equal seeds give different numbers. Does the seed reach the generator before you draw?"


def spread(rng, *shape):
    """Return random numbers of both signs, none of them close to zero."""
    x = rng.normal(*shape)
    return torch.where(x < 0, x - 0.1, x + 0.1)


def sizes(rng, count):
    """Return `count` random sizes."""
    return [rng.integers(2, 6) for _ in range(count)]


def writes_into(rng, length):
    """Return three writes (flat position, value far from any input) into a result of that length."""
    return [(position, rng.uniform(20, 90)) for position in rng.permutation(length)[:3]]


def write_through(view, writes):
    """Put values at flat row-major positions of a view, as the storage probe does in the worker."""
    for position, value in writes:
        view[torch.unravel_index(torch.tensor(position), view.shape)] = value


@exercise("q1")
class TestShapes:
    @check(marks=1, hint="Try your function on a tensor of your own whose sizes are three different primes.")
    def test_reshape_any(self, student, rng):
        """Tensors of several sizes take other shapes, with -1 at any place"""
        for _ in range(3):
            a, b, c = sizes(rng, 3)
            x = spread(rng, a, b * c)
            for shape in [(b, c, a), rng.choice([(-1, a, c), (c, -1, b), (b * a, -1), (-1,)])]:
                expect(student.reshape_tensor(x, shape)).close_to(x.reshape(shape))

    @check(marks=1, hint="Write into your result, then print x.")
    def test_flat_view_any(self, student, rng):
        """One row of any tensor, in the same memory"""
        for dimensions in (2, 3):
            x = spread(rng, *sizes(rng, dimensions))
            writes = writes_into(rng, x.numel())
            result, after = probes.shared_storage(student.flat_view, x, writes=writes)
            expect(result).close_to(x.reshape(-1))
            expected = x.clone()
            write_through(expected.view(-1), writes)
            expect(after).close_to(expected, mistakes=[Mistake("flat-copy", x, say=COPIED)])

    @check(marks=1, hint="Try lists of other lengths and every dim, the negative ones too.")
    def test_stack_any(self, student, rng):
        """Lists of tensors stacked at every dimension"""
        count, *shape = sizes(rng, 3)
        tensors = [spread(rng, *shape) for _ in range(count)]
        # The first two dims exist in the inputs as well, so that joining instead gives a value to recognise.
        for dim in (0, 1, -1, 2, -3):
            joined = Mistake("cat-for-stack", torch.cat(tensors, dim if dim in (0, 1) else 0), say=JOINED)
            expect(student.stack_tensors(tensors, dim)).close_to(torch.stack(tensors, dim), mistakes=[joined])

    @check(marks=1, hint="Try shapes with one, several and no dimensions of size 1.")
    def test_squeeze_any(self, student, rng):
        """No dimension of size 1 is left, wherever it stood"""
        a, b, c = sizes(rng, 3)
        for shape in [(a, 1, b, c), (1, a, b, 1), (a, 1, 1, b, 1), (a, b)]:
            x = spread(rng, *shape)
            left = Mistake("one-dimension-squeezed", lambda value: 1 in value.shape, say=ONE_LEFT)
            expect(student.squeeze_tensor(x)).close_to(x.squeeze(), mistakes=[left])

    @check(marks=1, hint="Try every dim, the negative ones too, and print the shapes.")
    def test_unsqueeze_any(self, student, rng):
        """A dimension of size 1 at every place"""
        for dimensions in (1, 3):
            x = spread(rng, *sizes(rng, dimensions))
            for dim in range(-dimensions - 1, dimensions + 1):
                expect(student.unsqueeze_tensor(x, dim)).close_to(x.unsqueeze(dim))


def image_batches(rng):
    """Return batches of images: four different sizes, one image alone, and all sizes equal."""
    side = rng.integers(2, 4)
    shapes = [(2, 3, rng.integers(4, 5), rng.integers(6, 8)), (1, *sizes(rng, 3)), (side, side, side, side)]
    return [spread(rng, *shape) for shape in shapes]


@exercise("q2")
class TestChannelsLast:
    @check(marks="1.5", hint="Choose one pixel of your result by hand and look for it in the input.")
    def test_values_any(self, student, rng):
        """Batches of several sizes: every pixel keeps its channels"""
        for images in image_batches(rng):
            expected = images.permute(0, 2, 3, 1)
            reshaped = Mistake("reshape-for-permute", images.reshape(expected.shape), say=RESHAPED)
            expect(student.to_channels_last(images)).close_to(expected, mistakes=[reshaped])

    @check(marks="1.5", hint="Compare images.data_ptr() with that of your result.")
    def test_no_copy_any(self, student, rng):
        """The result is a view of the images, whatever their size"""
        for images in image_batches(rng):
            writes = writes_into(rng, images.numel())
            result, after = probes.shared_storage(student.to_channels_last, images, writes=writes)
            expected = images.clone()
            view = expected.permute(0, 2, 3, 1)
            reshaped = Mistake("reshape-for-permute", images.reshape(view.shape), say=RESHAPED)
            expect(result).close_to(view, mistakes=[reshaped])
            write_through(view, writes)
            expect(after).close_to(expected, mistakes=[Mistake("permute-copied", images, say=STEP_COPIED)])


def piles(rng):
    """Return two tensors (D, R, C) of different sizes, with zeros, but not in the corner."""
    for rows in (rng.choice([7, 9]), rng.choice([6, 8])):
        shape = (rng.integers(2, 4), rows, rng.choice([5, 10, 11]))
        x = spread(rng, *shape)
        x[rng.uniform(0, 1, *shape) < 0.25] = 0.0
        x[0, 0, 0], x[-1, 2, 1], x[1, 3, 0] = rng.choice([-1.5, 1.5]), 0.0, rng.uniform(0.5, 2)
        yield x


@exercise("q3")
class TestIndexing:
    @check(marks="0.6", hint="Print the shapes of all five parts for an x of your own.")
    def test_first_matrix_any(self, student, rng):
        """First matrix for other sizes"""
        for x in piles(rng):
            expect(student.index_tensor(x)).key("first_matrix").close_to(x[0])

    @check(marks="0.6", hint="Print x[0] and its last column.")
    def test_last_column_any(self, student, rng):
        """Last column for other sizes"""
        for x in piles(rng):
            row = Mistake("row-for-column", x[:, -1], say=ROW)
            expect(student.index_tensor(x)).key("last_column").close_to(x[:, :, -1], mistakes=[row])

    @check(marks="0.6", hint="The corner is one number, not a row.")
    def test_corner_any(self, student, rng):
        """The corner for other sizes"""
        for x in piles(rng):
            expect(student.index_tensor(x)).key("corner").close_to(float(x[0, 0, 0]))

    @check(marks="0.6", hint="Try it with an odd and with an even number of rows.")
    def test_every_other_row_any(self, student, rng):
        """Every other row for other sizes"""
        for x in piles(rng):
            matrices = Mistake("matrices-for-rows", x[::2], say=MATRICES)
            expect(student.index_tensor(x)).key("every_other_row").close_to(x[:, ::2], mistakes=[matrices])

    @check(marks="0.6", hint="Put a few zeros into your own x and look whether they appear.")
    def test_positive_any(self, student, rng):
        """Positive elements for other sizes"""
        for x in piles(rng):
            zeros = Mistake("zeros-counted", x[x >= 0].tolist(), say=ZEROS)
            expect(student.index_tensor(x)).key("positive").close_to(x[x > 0].tolist(), mistakes=[zeros])


def arrays(rng):
    """Return one array of each dtype, with random shapes and values."""
    for dtype in (np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_):
        shape = sizes(rng, rng.integers(1, 3))
        numbers = rng.uniform(0.5, 200, *shape) if dtype is np.uint8 else 50 * spread(rng, *shape)
        yield (numbers > 0).numpy() if dtype is np.bool_ else numbers.numpy().astype(dtype)


def of_kind(value, kind):
    """Return the expectation of a value that must be a tensor or an array, and not the other."""
    return expect(value).that(
        isinstance(value, kind), f"The result should be a {kind.__name__}.", kind="type"
    )


@exercise("q4")
class TestNumpy:
    @check(marks=1, hint="Try arrays of integers, of truth values and of both sizes of floats.")
    def test_to_tensor_any(self, student, rng):
        """Arrays of every dtype become tensors of the same dtype"""
        for array in arrays(rng):
            tensor = torch.from_numpy(array)
            lost = Mistake("dtype-lost", tensor.to(torch.float32), say=DTYPE_LOST)
            of_kind(student.numpy_to_tensor(array), torch.Tensor).equals(tensor, mistakes=[lost])

    @check(marks="0.5", hint="Try tensors of integers, of truth values and of both sizes of floats.")
    def test_to_numpy_any(self, student, rng):
        """Tensors of every dtype become arrays of the same dtype"""
        for array in arrays(rng):
            lost = Mistake("dtype-lost", array.astype(np.float64), say=DTYPE_LOST)
            value = student.tensor_to_numpy(torch.from_numpy(array))
            of_kind(value, np.ndarray).equals(array, mistakes=[lost])

    @check(
        marks="0.5",
        hint="Try a tensor made with requires_grad=True.",
        mistakes=[Mistake("graph-not-detached", raises="RuntimeError", match="requires grad", say=IN_GRAPH)],
    )
    def test_requires_grad_any(self, student, rng):
        """Tensors in a graph become arrays, too"""
        for dtype in (torch.float32, torch.float64):
            tensor = spread(rng, *sizes(rng, 2)).to(dtype).requires_grad_()
            of_kind(student.tensor_to_numpy(tensor), np.ndarray).equals(tensor.detach())

    @check(marks=1, hint="Send an array to a tensor and back, and compare shape, dtype and every value.")
    def test_round_trip(self, student, rng):
        """There and back again, nothing has changed"""
        for array in arrays(rng):
            tensor = of_kind(student.numpy_to_tensor(array), torch.Tensor).value
            lost = Mistake("dtype-lost", array.astype(np.float32), say=DTYPE_LOST)
            of_kind(student.tensor_to_numpy(tensor), np.ndarray).equals(array, mistakes=[lost])


def whole_numbers(value):
    """Whether a tensor or array holds nothing but whole numbers."""
    numbers = torch.as_tensor(value).to(torch.float64)
    return bool((numbers == numbers.round()).all())


def drawn_square(value):
    """Return the numbers of a (7, 7) draw of random floats; fail where it cannot be one."""
    square = expect(value).tensor((7, 7))
    fractions = square.is_floating_point() and not whole_numbers(square)
    integers = Mistake("integers-drawn", whole_numbers, say=INTEGERS)
    expect(value).that(fractions, "None of the numbers has a fraction.", kind="dtype", mistakes=[integers])
    numbers = square.to(torch.float64).reshape(-1)
    expect(value).that(bool(numbers.isfinite().all()), "Some of the numbers are not finite.", kind="values")
    different = len(set(numbers.tolist()))
    expect(value).that(different >= 40, f"Only {different} of the 49 numbers are different.", kind="values")
    return numbers


def expect_different(one, other):
    """Fail where two draws hold the same numbers."""
    inside = Mistake("seed-inside", lambda _: True, say=SEED_INSIDE)
    same = torch.equal(one, other)
    expect(one).that(not same, "Two draws hold the same numbers.", kind="values", mistakes=[inside])


@exercise("q5")
class TestRandomSquare:
    @check(marks=1, hint="Call the function several times and compare the results.")
    def test_fresh_always(self, student):
        """Every call gives new numbers"""
        calls = expect(probes.repeated(student.random_square, times=3)).items(3)
        one, two, three = (drawn_square(value) for value in calls)
        for draw, other in ((one, two), (two, three), (one, three)):
            expect_different(draw, other)

    @check(marks="1.5", hint="Call torch.manual_seed outside your function, with several seeds.")
    def test_follows_seed(self, student, rng):
        """The numbers follow the seed of PyTorch's generator"""
        seed, other_seed = rng.seed(), rng.seed()
        one = drawn_square(probes.seeded(student.random_square, seed=seed))
        other = drawn_square(probes.seeded(student.random_square, seed=other_seed))
        again = drawn_square(probes.seeded(student.random_square, seed=seed))
        expect_different(one, other)
        expect(again).close_to(one)


@exercise("q6")
class TestRowProduct:
    @check(marks="2.5", hint="Work out one element by hand, from a square that is not symmetric.")
    def test_product_any(self, student, rng):
        """Random squares and rows"""
        for scale in (1.0, 0.2, 5.0):
            square, row = scale * spread(rng, 7, 7), spread(rng, 1, 7)
            mistakes = [
                Mistake("elementwise-product", square * row, say=ELEMENTWISE),
                Mistake("factors-exchanged", row @ square, say=EXCHANGED),
                Mistake("factors-exchanged", square.T @ row.T, say=EXCHANGED),
            ]
            expect(student.multiply_by_row(square, row)).close_to(square @ row.T, mistakes=mistakes)


NO_GPU = [
    Mistake("device-ignored", raises="RuntimeError", match="CUDA", say=HARD_WIRED),
    Mistake("device-ignored", raises="RuntimeError", match="NVIDIA", say=HARD_WIRED),
    Mistake("device-ignored", raises="AssertionError", match="CUDA", say=HARD_WIRED),
]


DRAWS = 32
"""Calls that are compared: twelve coin tosses all vary then but for one submission in 180 million."""


def drawn_pairs(student):
    """Return `DRAWS` draws on the CPU, (call, tensor, row, column); fail where they cannot be random."""
    calls = expect(probes.repeated(student.random_pair, torch.device("cpu"), times=DRAWS)).items(DRAWS)
    pairs = [[expect(item, "a tensor").tensor((2, 3)) for item in expect(call).pair()] for call in calls]
    draws = torch.stack([torch.stack([first.double(), second.double()]) for first, second in pairs])
    expect(calls).that(bool(draws.isfinite().all()), "Some of the numbers are not finite.", kind="values")
    varied = bool((draws != draws[..., :1, :1]).any())
    expect(calls).that(varied, "All numbers of a tensor are the same.", kind="values")
    return draws


def expect_two_tensors(draws):
    """Fail where the first and the second tensor are the same in every draw."""
    different = not torch.equal(draws[:, 0], draws[:, 1])
    expect(draws).that(different, "Both tensors hold the same numbers.", kind="values")


@exercise("q7")
class TestRandomPair:
    @check(marks=2, hint="Call the function several times and compare the results.", mistakes=NO_GPU)
    def test_pair_fresh(self, student):
        """Every call gives two new tensors"""
        draws = drawn_pairs(student)
        expect_two_tensors(draws)
        inside = Mistake("seed-inside", lambda _: True, say=SEED_INSIDE)
        fresh = bool((draws != draws[:1]).any())
        expect(draws).that(fresh, "Every call gave the same numbers.", kind="values", mistakes=[inside])
        # A counter in one place is not a random tensor; with so many draws even coin tosses vary everywhere.
        everywhere = bool((draws != draws[:1]).any(dim=0).all())
        expect(draws).that(everywhere, "Some places hold the same number in every call.", kind="values")


def nearest(value, candidates):
    """Return the candidate that has the value's shape and comes closest to it, else the first."""
    fitting = [candidate for candidate in candidates if candidate.shape == value.shape]
    distances = [float((value.double() - candidate).abs().max()) for candidate in fitting]
    return fitting[distances.index(min(distances))] if fitting else candidates[0]


def expect_product(value, a, b):
    """Accept each of the four products of two tensors of equal shape, one of them transposed."""
    result = expect(value).tensor()
    expect(value).that(
        tuple(result.shape) in {(2, 2), (3, 3)},
        "The product of two (2, 3) tensors can be (2, 2) or (3, 3), and this is neither.",
        kind="shape",
        mistakes=[Mistake("elementwise-product", a * b, say=ELEMENTWISE)],
    )
    tall_a, tall_b = a.reshape(3, 2), b.reshape(3, 2)
    reshaped = [a @ tall_b, b @ tall_a, tall_a @ b, tall_b @ a]
    expect(value).close_to(
        nearest(result, [a @ b.T, b @ a.T, a.T @ b, b.T @ a]),
        mistakes=[Mistake("reshape-for-transpose", wrong, say=NOT_TURNED) for wrong in reshaped],
    )


@exercise("q8")
class TestPairProduct:
    @check(marks="2.5", hint="Work out one element by hand: a row with a row, or a column with a column.")
    def test_product_any(self, student, rng):
        """Random tensors"""
        for scale in (1.0, 0.5, 4.0):
            a, b = scale * spread(rng, 2, 3), spread(rng, 2, 3)
            expect_product(student.multiply_pair(a, b), a, b)


def distinct_tensors(rng):
    """Return tensors without ties, neither extreme at the first place: of both signs, negative, positive."""
    for sign in (0, -1, 1):
        rows, columns = sizes(rng, 2)
        count = rows * columns
        order = rng.permutation(count)
        middle = order.index(count // 2)
        order[0], order[middle] = order[middle], order[0]
        start = {0: 0.25 - count / 2, -1: -count - 1.0, 1: 1.0}[sign]
        yield rng.uniform(0.3, 1.0) * (torch.tensor(order).float() + start).reshape(rows, columns)


@exercise("q9")
class TestExtremeValues:
    @check(marks=2, hint="Try a tensor of negative numbers only, and one of positive numbers only.")
    def test_extremes_any(self, student, rng):
        """Tensors of several sizes and signs"""
        for t in distinct_tensors(rng):
            top, bottom = float(t.max()), float(t.min())
            exchanged = Mistake("order-exchanged", [bottom, top], say=ORDER)
            expect(student.extreme_values(t)).close_to([top, bottom], mistakes=[exchanged])


def expect_positions(value, t):
    """Compare a pair with the positions of the maximum and the minimum in the flattened tensor."""
    top, bottom = int(t.argmax()), int(t.argmin())
    coordinates = [list(divmod(position, t.shape[1])) for position in (top, bottom)]
    mistakes = [
        Mistake("coordinates-for-index", coordinates, say=COORDINATES),
        Mistake("along-one-axis", lambda pair: len(pair[0]) > 1, say=ONE_AXIS),
        Mistake("values-for-indices", [float(t.max()), float(t.min())], say=VALUES),
        Mistake("order-exchanged", [bottom, top], say=ORDER),
    ]
    expect(value, "the pair of positions").close_to([top, bottom], mistakes=mistakes)


@exercise("q10")
class TestExtremeIndices:
    @check(marks=2, hint="Flatten a small tensor of your own and count to the element from 0.")
    def test_positions_any(self, student, rng):
        """Tensors of several sizes and signs"""
        for t in distinct_tensors(rng):
            expect_positions(student.extreme_indices(t), t)


def draws(seed):
    """Return what torch.rand and torch.randn give right after that seed."""
    return [f(1, 1, 1, 10, generator=torch.Generator().manual_seed(seed)) for f in (torch.rand, torch.randn)]


def seeding_mistakes(calls, other_seed):
    """Tell apart, from three calls with one seed and one with another, how the seed missed the numbers."""
    one, two, three = expect(calls).items(3)

    def same(result, other):
        return torch.equal(torch.as_tensor(result[0]), torch.as_tensor(other[0]))

    return [
        Mistake("seed-ignored", lambda _: same(one, two) and same(one, other_seed), say=SEED_IGNORED),
        Mistake("seed-after-drawing", lambda _: same(two, three) and not same(one, two), say=SEED_LATE),
        Mistake("seed-forgotten", lambda _: not same(one, two), say=SEED_FORGOTTEN),
    ]


def expect_draw(student, value, seed, other_seed):
    """Return both tensors of a result whose first one must be what `seed` gives."""
    first, second = expect(value).pair()
    result = expect(first, "the first tensor").tensor((1, 1, 1, 10))
    calls = probes.repeated(student.squeezed_random, other_seed, times=3)
    mistakes = seeding_mistakes(calls, other_seed=value)
    expect(first, "the first tensor").close_to(nearest(result, draws(seed)), mistakes=mistakes)
    return first, second


@exercise("q11")
class TestSqueezedRandom:
    @check(marks=1, hint="Call the function twice with one seed, and draw something else in between.")
    def test_reproducible(self, student, rng):
        """Equal seeds give equal numbers, whatever was drawn before"""
        seed = rng.integers(100, 999)
        for _ in range(2):
            value = probes.seeded(student.squeezed_random, seed, seed=rng.seed())
            expect_draw(student, value, seed, other_seed=rng.integers(1_000, 9_999))

    @check(marks=1, hint="Call the function with several seeds and compare the results.")
    def test_other_seeds(self, student, rng):
        """Other seeds give other numbers"""
        for seed in (rng.integers(10_000, 19_999), rng.integers(20_000, 29_999)):
            value = probes.seeded(student.squeezed_random, seed, seed=rng.seed())
            expect_draw(student, value, seed, other_seed=rng.integers(1_000, 9_999))

    @check(marks=1, hint="Print both shapes, and both tensors, for a seed other than 7.")
    def test_squeezed_any(self, student, rng):
        """The second tensor is the first one squeezed, for other seeds as well"""
        seed = rng.integers(30_000, 39_999)
        value = probes.seeded(student.squeezed_random, seed, seed=rng.seed())
        first, second = expect_draw(student, value, seed, other_seed=rng.integers(1_000, 9_999))
        expect(second, "the second tensor").close_to(expect(first).tensor().reshape(10))
