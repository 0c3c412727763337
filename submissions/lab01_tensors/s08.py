# %% [markdown]
# # Lab 1 · Introduction to tensors
#
# Fill in every function below. A body that still says `raise NotImplementedError` counts as not
# attempted and costs nothing but its own marks. Keep names and arguments as they are; everything
# else is your choice: helper functions, prints, plots and experiments of your own are welcome.
#
# Check your work as often as you like with `labgrade check` and the path of this file.
#
# A *number* in a docstring is anything with exactly one element: `3.0`, a NumPy number or a tensor
# such as `torch.tensor(3.0)`. A *pair* is a tuple or list of two things in the order that is stated.


# %%
import numpy as np
import torch


# %% [markdown]
# ## Question 1 · Reshape, view, stack, squeeze, unsqueeze
#
# Five small functions on shapes. Elements always keep their row-major order: read a tensor row by
# row, and the sequence of numbers is the same before and after.


# %%
def reshape_tensor(x: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """Give the elements of a tensor another shape.

    Args:
        x: a contiguous tensor of any shape and dtype.
        shape: the new shape. One entry may be -1: that size follows from the others.

    Returns:
        A tensor of that shape that holds the elements of `x` in row-major order.
    """
    raise NotImplementedError


# %%
def flat_view(x: torch.Tensor) -> torch.Tensor:
    """Look at a tensor as one long row, without copying it.

    Args:
        x: a contiguous tensor of any shape, with at least one element.

    Returns:
        A 1-D tensor with the elements of `x` in row-major order. It shares its storage with `x`:
        whoever writes into the result changes `x` as well.
    """
    raise NotImplementedError


# %%
def stack_tensors(tensors: list[torch.Tensor], dim: int) -> torch.Tensor:
    """Put tensors of equal shape side by side along a new dimension.

    Args:
        tensors: a list of tensors, all of one shape.
        dim: where the new dimension stands in the result. Negative numbers count from the end.

    Returns:
        A tensor with one dimension more than the inputs; its size at `dim` is `len(tensors)`.
    """
    raise NotImplementedError


# %%
def squeeze_tensor(x: torch.Tensor) -> torch.Tensor:
    """Drop every dimension of size 1.

    Args:
        x: a tensor with any number of dimensions; none, one or several of them have size 1.

    Returns:
        A tensor with the same elements and no dimension of size 1.
    """
    raise NotImplementedError


# %%
def unsqueeze_tensor(x: torch.Tensor, dim: int) -> torch.Tensor:
    """Add one dimension of size 1.

    Args:
        x: a tensor of any shape.
        dim: where the new dimension stands in the result. Negative numbers count from the end.

    Returns:
        A tensor with the same elements and one dimension more, of size 1, at `dim`.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 2 · Permute
#
# PyTorch stores a batch of images as (N, C, H, W), plotting libraries want the channels last.


# %%
def to_channels_last(images: torch.Tensor) -> torch.Tensor:
    """Reorder the axes of a batch of images with `permute`.

    Args:
        images: a float32 tensor (N, C, H, W): image, channel, row, column.

    Returns:
        A tensor (N, H, W, C), where result[n, h, w, c] is images[n, c, h, w]. It is a view: it
        shares its storage with `images`, nothing is copied.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 3 · Indexing
#
# Picture `x` as a pile of `D` matrices, each with `R` rows and `C` columns.


# %%
def index_tensor(x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Pick five parts out of a three-dimensional tensor.

    Args:
        x: a float32 tensor (D, R, C). R is at least 6, the three sizes differ, and some elements
            are negative, some positive and some exactly zero.

    Returns:
        A dict with the keys
        `first_matrix`: the first of the D matrices, (R, C);
        `last_column`: the last column of every matrix, (D, R);
        `corner`: a number, the element at position 0 of all three dimensions;
        `every_other_row`: rows 0, 2, 4, … of every matrix, (D, number of these rows, C);
        `positive`: 1-D, all elements greater than zero, in row-major order.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 4 · NumPy and back


# %%
def numpy_to_tensor(array: np.ndarray) -> torch.Tensor:
    """Turn a NumPy array into a tensor of the same shape and dtype.

    Args:
        array: a NumPy array of floats, integers or booleans (float64, float32, int64, int32,
            uint8, bool).

    Returns:
        A tensor with the same shape, values and dtype: float64 stays float64, int64 stays int64.
    """
    raise NotImplementedError


# %%
def tensor_to_numpy(tensor: torch.Tensor) -> np.ndarray:
    """Turn a tensor into a NumPy array of the same shape and dtype.

    Args:
        tensor: a tensor of any shape and of a dtype that NumPy knows. It may require grad, or be
            the result of operations that do, and it may live on the GPU.

    Returns:
        A NumPy array with the same shape, values and dtype.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 5 · A random square


# %%
def random_square() -> torch.Tensor:
    """Draw a random tensor.

    Returns:
        A tensor (7, 7) of random floating point numbers (not integers), new ones with every call.
        They come from PyTorch's own generator: after `torch.manual_seed(s)`, called by whoever
        wants to repeat the draw, they are the same again. Set no seed inside.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 6 · A product with a row


# %%
def multiply_by_row(square: torch.Tensor, row: torch.Tensor) -> torch.Tensor:
    """Matrix product of a square tensor (as in question 5) and a row that must be turned first.

    Args:
        square: a float32 tensor (7, 7).
        row: a float32 tensor (1, 7).

    Returns:
        The matrix product (7, 1): `square` times the row as a column.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 7 · Two random tensors on a device


# %%
def random_pair(device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw two random tensors and put both on a device.

    Args:
        device: the `torch.device` where the results must be: the GPU where there is one, else the
            CPU. Use this argument instead of writing "cuda" yourself, then the code runs anywhere.

    Returns:
        A pair of tensors (2, 3) on `device`, with different random numbers in the two, and new
        ones with every call. Set no seed inside.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 8 · Their product


# %%
def multiply_pair(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Matrix product of two tensors of equal shape, one of which must be transposed first.

    Args:
        a: a float32 tensor (2, 3).
        b: a float32 tensor (2, 3).

    Returns:
        The matrix product of one of them and the transpose of the other, in either order: (2, 2)
        or (3, 3), according to which one you transpose and where it stands.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 9 · Largest and smallest value


# %%
def extreme_values(t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the largest and the smallest element.

    Args:
        t: a float32 tensor with two dimensions of any size, for example the result of question 8.

    Returns:
        A pair of numbers: the maximum of all elements first, then the minimum.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 10 · Where they stand


# %%
def extreme_indices(t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the positions of the largest and the smallest element.

    Args:
        t: a float32 tensor with two dimensions of any size; no two elements are equal.

    Returns:
        A pair of whole numbers: where the maximum stands, then where the minimum stands. Positions
        count from 0 through the flattened tensor, row by row.
    """
    raise NotImplementedError


# %% [markdown]
# ## Question 11 · Reproducible random numbers, squeezed
#
# Print both tensors and their shapes in a cell of your own. With seed 7 and `torch.rand` the first
# numbers are 0.5349 and 0.1988.


# %%
def squeezed_random(seed: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a random tensor from a seed, and squeeze it.

    Args:
        seed: what the random numbers start from, as in `torch.manual_seed(seed)`. Equal seeds give
            equal numbers, other seeds give others.

    Returns:
        A pair: the random tensor (1, 1, 1, 10), drawn by `torch.rand` or `torch.randn`, and the
        same numbers without the dimensions of size 1, (10,).
    """
    raise NotImplementedError
