"""Lab 1, the checks that students have: fixed examples, small enough to follow by hand."""

from __future__ import annotations

import numpy as np
import torch

from labgrade.errors import StudentRaised
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
NOT_MOVED = "Does the device reach both tensors? .to leaves its tensor where it is and gives a new one."
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


def write_through(view, writes):
    """Put values at flat row-major positions of a view, as the storage probe does in the worker."""
    for position, value in writes:
        view[torch.unravel_index(torch.tensor(position), view.shape)] = value


@exercise("q1")
class TestShapes:
    @check(marks="0.5", hint="reshape takes the whole shape at once, and works out an entry of -1 by itself.")
    def test_reshape(self, student):
        """Twelve elements take the shapes that are asked for"""
        x = torch.arange(1.0, 13.0)
        for shape in [(3, 4), (2, -1), (2, 3, 2)]:
            expect(student.reshape_tensor(x, shape)).close_to(x.reshape(shape))

    @check(marks=1, hint="A view looks at the same memory under another shape.")
    def test_flat_view(self, student):
        """The elements stand in one row, and writing into it changes x"""
        x = torch.arange(1.0, 13.0).reshape(3, 4)
        writes = [(0, 50.0), (7, -50.0)]
        result, after = probes.shared_storage(student.flat_view, x, writes=writes)
        expect(result).close_to(x.reshape(-1))
        expected = x.clone()
        write_through(expected.view(-1), writes)
        copied = Mistake("flat-copy", x, say=COPIED)
        expect(after, "x after writing into the result").close_to(expected, mistakes=[copied])

    @check(marks="0.5", hint="The result has one dimension more than each tensor of the list.")
    def test_stack(self, student):
        """Three (2, 2) matrices stacked at the first and at the last dimension"""
        tensors = [torch.tensor([[1.0, 2.0], [3.0, 4.0]]) + 10 * step for step in range(3)]
        for dim in (0, -1):
            joined = Mistake("cat-for-stack", torch.cat(tensors, dim), say=JOINED)
            expect(student.stack_tensors(tensors, dim)).close_to(torch.stack(tensors, dim), mistakes=[joined])

    @check(marks="0.5", hint="More than one dimension may have size 1, and not always the first.")
    def test_squeeze(self, student):
        """(1, 3, 1, 2) becomes (3, 2)"""
        x = torch.arange(1.0, 7.0).reshape(1, 3, 1, 2)
        left = [(1, 3, 1, 2), (3, 1, 2), (1, 3, 2)]
        mistakes = [Mistake("one-dimension-squeezed", x.reshape(shape), say=ONE_LEFT) for shape in left]
        expect(student.squeeze_tensor(x)).close_to(x.reshape(3, 2), mistakes=mistakes)

    @check(marks="0.5", hint="dim says where the new dimension stands in the result, also from the end.")
    def test_unsqueeze(self, student):
        """(2, 3) gets a dimension of size 1 in front, between and behind"""
        x = torch.arange(1.0, 7.0).reshape(2, 3)
        for dim, shape in [(0, (1, 2, 3)), (1, (2, 1, 3)), (-1, (2, 3, 1))]:
            expect(student.unsqueeze_tensor(x, dim)).close_to(x.reshape(shape))


@exercise("q2")
class TestChannelsLast:
    images = torch.arange(48.0).reshape(2, 2, 3, 4)
    reshaped = Mistake("reshape-for-permute", images.reshape(2, 3, 4, 2), say=RESHAPED)

    @check(marks=1, hint="permute lists, for each axis of the result, which axis of the input it is.")
    def test_values(self, student):
        """Two images of 3 by 4 pixels: every pixel keeps its channels"""
        expected = torch.stack([self.images[:, 0], self.images[:, 1]], dim=-1)
        expect(student.to_channels_last(self.images)).close_to(expected, mistakes=[self.reshaped])

    @check(marks=1, hint="permute copies nothing; look for a clone, contiguous or NumPy step around it.")
    def test_no_copy(self, student):
        """The result is a view: writing into it changes the images"""
        writes = [(1, 100.0), (30, -100.0)]
        result, after = probes.shared_storage(student.to_channels_last, self.images, writes=writes)
        expected = self.images.clone()
        view = expected.permute(0, 2, 3, 1)
        expect(result).close_to(view, mistakes=[self.reshaped])
        write_through(view, writes)
        copied = Mistake("permute-copied", self.images, say=STEP_COPIED)
        expect(after, "images after writing into the result").close_to(expected, mistakes=[copied])


@exercise("q3")
class TestIndexing:
    x = torch.arange(-24.0, 48.0).reshape(3, 6, 4)

    @check(marks="0.4", hint="The first index chooses among the D matrices.")
    def test_first_matrix(self, student):
        """First matrix of a (3, 6, 4) tensor: (6, 4)"""
        expect(student.index_tensor(self.x)).key("first_matrix").close_to(self.x[0])

    @check(marks="0.4", hint="Leave the first two dimensions whole, and count from the end in the third.")
    def test_last_column(self, student):
        """Last column of every matrix of a (3, 6, 4) tensor: (3, 6)"""
        expected = torch.stack([matrix[:, 3] for matrix in self.x])
        row = Mistake("row-for-column", self.x[:, -1], say=ROW)
        expect(student.index_tensor(self.x)).key("last_column").close_to(expected, mistakes=[row])

    @check(marks="0.4", hint="Three indices, one a dimension, lead to a single element.")
    def test_corner(self, student):
        """The corner is the very first element"""
        expect(student.index_tensor(self.x)).key("corner").close_to(-24.0)

    @check(marks="0.4", hint="A slice has a step as its third part.")
    def test_every_other_row(self, student):
        """Rows 0, 2 and 4 of each matrix"""
        expected = torch.stack([self.x[:, row] for row in (0, 2, 4)], dim=1)
        matrices = Mistake("matrices-for-rows", self.x[::2], say=MATRICES)
        expect(student.index_tensor(self.x)).key("every_other_row").close_to(expected, mistakes=[matrices])

    @check(marks="0.4", hint="A comparison gives a mask of the tensor's own shape; a mask can be an index.")
    def test_positive(self, student):
        """The positive elements are 1 to 47, in order"""
        expected = [float(number) for number in range(1, 48)]
        zeros = Mistake("zeros-counted", [0.0, *expected], say=ZEROS)
        expect(student.index_tensor(self.x)).key("positive").close_to(expected, mistakes=[zeros])


def of_kind(value, kind):
    """Return the expectation of a value that must be a tensor or an array, and not the other."""
    return expect(value).that(
        isinstance(value, kind), f"The result should be a {kind.__name__}.", kind="type"
    )


@exercise("q4")
class TestNumpy:
    @check(marks="0.5", hint="Print the dtype of the array and of your tensor, one below the other.")
    def test_to_tensor(self, student):
        """A float64 and an int64 array become tensors of their own dtype"""
        for array in (np.array([[1.5, -2.0, 0.25]]), np.array([3, -4, 2**40])):
            tensor = torch.from_numpy(array)
            lost = Mistake("dtype-lost", tensor.to(torch.float32), say=DTYPE_LOST)
            of_kind(student.numpy_to_tensor(array), torch.Tensor).equals(tensor, mistakes=[lost])

    @check(marks="0.5", hint="A tensor has a method of its own that gives its NumPy array.")
    def test_to_numpy(self, student):
        """A float32 and an int64 tensor become arrays of their own dtype"""
        for tensor in (torch.tensor([[1.5, -2.0], [0.25, 8.0]]), torch.tensor([3, -4, 5])):
            lost = Mistake("dtype-lost", tensor.to(torch.float64), say=DTYPE_LOST)
            of_kind(student.tensor_to_numpy(tensor), np.ndarray).equals(tensor, mistakes=[lost])

    @check(
        marks=1,
        hint="Try it with requires_grad=True: if Python complains, the last line names what to call first.",
        mistakes=[Mistake("graph-not-detached", raises="RuntimeError", match="requires grad", say=IN_GRAPH)],
    )
    def test_requires_grad(self, student):
        """A tensor that requires grad becomes an array, too"""
        tensor = torch.tensor([1.5, -2.0, 3.0], requires_grad=True)
        of_kind(student.tensor_to_numpy(tensor), np.ndarray).equals(tensor.detach())


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


@exercise("q5")
class TestRandomSquare:
    @check(marks=1, hint="PyTorch has one function for uniform and one for normal random numbers.")
    def test_values(self, student):
        """A (7, 7) tensor of random floating point numbers"""
        drawn_square(student.random_square())

    @check(marks="0.5", hint="Call the function twice and print both results.")
    def test_fresh(self, student):
        """Two calls give different numbers"""
        calls = expect(probes.repeated(student.random_square, times=2)).items(2)
        first, second = (drawn_square(value) for value in calls)
        inside = Mistake("seed-inside", lambda _: True, say=SEED_INSIDE)
        say = "The second result equals the first."
        expect(calls).that(not torch.equal(first, second), say, kind="values", mistakes=[inside])


@exercise("q6")
class TestRowProduct:
    @check(marks="1.5", hint="Write both shapes side by side: the inner sizes must match.")
    def test_product(self, student):
        """A (7, 7) tensor times a row that was turned into a column"""
        square = torch.arange(49.0).reshape(7, 7)
        row = torch.tensor([[1.0, -1.0, 2.0, 0.5, -2.0, 3.0, 1.5]])
        expect(student.multiply_by_row(square, row)).close_to(
            torch.tensor([[20.5], [55.5], [90.5], [125.5], [160.5], [195.5], [230.5]]),
            mistakes=[
                Mistake("elementwise-product", square * row, say=ELEMENTWISE),
                Mistake("factors-exchanged", row @ square, say=EXCHANGED),
                Mistake("factors-exchanged", square.T @ row.T, say=EXCHANGED),
            ],
        )


NO_GPU = [
    Mistake("device-ignored", raises="RuntimeError", match="CUDA", say=HARD_WIRED),
    Mistake("device-ignored", raises="RuntimeError", match="NVIDIA", say=HARD_WIRED),
    Mistake("device-ignored", raises="AssertionError", match="CUDA", say=HARD_WIRED),
]


def drawn_pairs(student):
    """Return three draws on the CPU, (call, tensor, row, column); fail where they cannot be random.

    Three, because small random integers may happen to be equal in one.
    """
    calls = expect(probes.repeated(student.random_pair, torch.device("cpu"), times=3)).items(3)
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


def pair_on_meta(student):
    """Return the pair on the meta device, or None where an exception there came from its lack of values.

    Comparing, printing and generators need values; that a function does such things costs it nothing.
    """
    try:
        return expect(student.random_pair(torch.device("meta"))).pair()
    except StudentRaised as failure:
        if "meta" in failure.message.lower():
            return None
        raise


@exercise("q7")
class TestRandomPair:
    @check(marks=1, hint="Draw twice: two names for one tensor are still one tensor.", mistakes=NO_GPU)
    def test_pair(self, student):
        """Two different (2, 3) tensors on the CPU"""
        expect_two_tensors(drawn_pairs(student))

    @check(marks=1, hint="Use the argument device, and keep what .to gives back.", mistakes=NO_GPU)
    def test_device(self, student):
        """Both tensors are on the device that was asked for"""
        drawn_pairs(student)
        ignored = Mistake("device-ignored", lambda _: True, say=NOT_MOVED)
        for item in pair_on_meta(student) or ():
            moved = expect(item).tensor((2, 3), meta=True).device.type == "meta"
            expect(item).that(moved, 'The result for device "meta" came back on another.', mistakes=[ignored])


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
    @check(marks="1.5", hint="Transpose one of them; then the inner sizes match.")
    def test_product(self, student):
        """The product of two (2, 3) tensors, one of them transposed"""
        a = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        b = torch.tensor([[2.0, 0.0, -1.0], [3.0, 1.0, 5.0]])
        expect_product(student.multiply_pair(a, b), a, b)


@exercise("q9")
class TestExtremeValues:
    @check(marks=1, hint="One method finds the largest element of the whole tensor, another the smallest.")
    def test_example(self, student):
        """Maximum and minimum of six numbers"""
        t = torch.tensor([[3.0, 9.0, -2.0], [4.5, -7.0, 1.0]])
        exchanged = Mistake("order-exchanged", [-7.0, 9.0], say=ORDER)
        expect(student.extreme_values(t)).close_to([9.0, -7.0], mistakes=[exchanged])


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
    @check(marks=1, hint="Without a dim, argmax and argmin count through the flattened tensor.")
    def test_example(self, student):
        """Where the maximum and the minimum of six numbers stand"""
        t = torch.tensor([[3.0, 9.0, -2.0], [4.5, -7.0, 1.0]])
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
    @check(marks=1, hint="Seed first, draw next: 0.5349, 0.1988, … with rand, -0.1468, 0.7861, … with randn.")
    def test_seed_seven(self, student):
        """Seed 7 gives the numbers of the manual"""
        # Another seed outside, so that numbers left over from an earlier call cannot be right by luck.
        value = probes.seeded(student.squeezed_random, 7, seed=1234)
        expect_draw(student, value, 7, other_seed=8)

    @check(marks=1, hint="squeeze drops every dimension of size 1 and keeps the numbers.")
    def test_squeezed(self, student):
        """The second tensor is the first one without its dimensions of size 1"""
        first, second = expect(student.squeezed_random()).pair()
        numbers = expect(first, "the first tensor").tensor((1, 1, 1, 10)).double().reshape(-1)
        different = len(set(numbers.nan_to_num(0.0).tolist()))
        expect(first).that(different >= 8, "The numbers of the first tensor are not random.", kind="values")
        expect(second, "the second tensor").close_to(numbers)
