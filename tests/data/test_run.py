"""What a run sees: parts that share no image, labels and images changed alike, all of it by the secret."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.data.digits import PackagedDigits
from labgrade.data.images import Images, Loaded
from labgrade.data.run import SYMMETRIES, gently_transformed, run_data, turned
from labgrade.errors import UserError

secrets = st.integers(0, 2**63 - 1)


def drawn(secret):
    """Seeds as a run derives them."""
    return lambda label: int.from_bytes(hashlib.sha256(f"{secret} {label}".encode()).digest()[:7], "big")


def numbered(n, first, classes):
    """Images that carry their number in their corner pixels, the same whichever way they are turned."""
    images = torch.rand((n, 1, 28, 28), generator=torch.Generator().manual_seed(first))
    for row in (0, 27):
        for column in (0, 27):
            images[:, 0, row, column] = (torch.arange(n) + first) / 4096
    return Images(images, (torch.arange(n) + first) % classes)


def numbers(part):
    """The numbers that images carry."""
    return (part.images[:, 0, 0, 0] * 4096).round().long().tolist()


def small(train=500, test=600, classes=10):
    """A data set whose images are told apart by their numbers; the labels follow from these."""
    return Loaded(
        train=numbered(train, 0, classes),
        test=numbered(test, 2000, classes),
        classes=tuple(f"class {number}" for number in range(classes)),
        digest="0" * 64,
        detail="made up",
    )


SMALL = small()
DIGITS = PackagedDigits().load(())


@pytest.fixture(scope="module")
def digits():
    return run_data("digits", DIGITS, images=1000, draw=drawn(1))


def parts(data):
    return [data.train, data.test, data.validation]


# -- the parts ---------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(secret=st.none() | secrets, images=st.integers(1, 500))
def test_no_image_is_in_two_parts(secret, images):
    data = run_data("small", SMALL, images=images, draw=None if secret is None else drawn(secret))

    train, test, validation = (numbers(part) for part in parts(data))

    assert (images, 300, 300) == (len(train), len(test), len(validation))
    assert images + 600 == len({*train, *test, *validation})
    assert max(train) < 2000 <= min([*test, *validation])


@given(first=secrets, second=secrets)
@settings(max_examples=10, deadline=None)
def test_what_is_for_loaders_is_held_back_in_no_run(first, second):
    """Else a worker could keep images with labels for the next run."""
    runs = [run_data("small", SMALL, images=10, draw=drawn(secret)) for secret in (first, second)]

    assert set(numbers(runs[0].validation)) == set(numbers(runs[1].validation))
    assert not set(numbers(runs[0].validation)) & set(numbers(runs[1].test))


@pytest.mark.parametrize(
    ("train", "test", "held_back", "for_loaders"),
    [(1000, 797, 497, 300), (1000, 1000, 700, 300), (2000, 10_000, 1000, 1000), (100, 400, 100, 300)],
)
def test_how_many_images_each_part_has(train, test, held_back, for_loaders):
    loaded = Loaded(
        Images(torch.zeros(train, 1, 28, 28), torch.zeros(train).long()),
        Images(torch.zeros(test, 1, 28, 28), torch.zeros(test).long()),
        ("a", "b"),
        "",
        "",
    )

    data = run_data("zeros", loaded, images=100, draw=drawn(1))

    assert f"100 to train on, {held_back:,} held back, {for_loaders:,} for loaders" == data.split


def test_all_digits_are_used(digits):
    assert "1,000 to train on, 497 held back, 300 for loaders" == digits.split
    for part in parts(digits):
        assert set(range(10)) == set(part.labels.tolist())


@pytest.mark.parametrize(("train", "test", "images"), [(99, 600, 100), (500, 399, 100), (500, 10, 100)])
def test_too_few_images_are_refused(train, test, images):
    with pytest.raises(UserError, match="small has too few images") as caught:
        run_data("small", small(train, test), images=images, draw=None)

    assert "--data small" == caught.value.where


# -- labels and symmetry -----------------------------------------------------------------------------


def published(part):
    """The labels that images have in the data set, by the numbers that they carry."""
    return torch.tensor(numbers(part)) % 10


@settings(max_examples=30, deadline=None)
@given(secret=secrets)
def test_labels_are_permuted_alike_in_all_parts_and_none_stays(secret):
    data = run_data("small", SMALL, images=400, draw=drawn(secret))
    originals = torch.tensor([data.original_class(label) for label in range(10)])

    assert list(range(10)) == sorted(originals.tolist())
    assert not torch.equal(originals, torch.arange(10))
    for part in parts(data):
        assert torch.equal(published(part), originals[part.labels])
        assert not (published(part) == part.labels).any()


@settings(max_examples=20, deadline=None)
@given(secret=secrets, classes=st.integers(2, 5))
def test_few_classes_are_permuted_too(secret, classes):
    data = run_data("small", small(classes=classes), images=400, draw=drawn(secret))

    assert all(data.original_class(label) != label for label in range(classes))


def whole(part, loaded):
    """Which symmetries turn the published images into those of a part, by their numbers."""
    pool = loaded.train if numbers(part)[0] < 2000 else loaded.test
    published_images = pool.images[torch.tensor(numbers(part)) % 2000]
    return [s for s in range(SYMMETRIES) if torch.equal(turned(published_images, s), part.images)]


@settings(max_examples=30, deadline=None)
@given(secret=secrets)
def test_all_images_of_a_run_are_turned_alike_and_none_stays_upright(secret):
    data = run_data("small", SMALL, images=40, draw=drawn(secret))

    (found,), *others = (whole(part, SMALL) for part in parts(data))

    assert [[found], [found]] == others
    assert found != 0


def test_every_other_symmetry_and_most_labels_are_drawn():
    runs = [run_data("small", SMALL, images=1, draw=drawn(secret)) for secret in range(100)]

    assert set(range(1, SYMMETRIES)) == {whole(data.train, SMALL)[0] for data in runs}
    assert set(range(1, 10)) == {data.original_class(0) for data in runs}


INVERSE = {0: 0, 1: 3, 2: 2, 3: 1, 4: 4, 5: 5, 6: 6, 7: 7}


@pytest.mark.parametrize("symmetry", range(SYMMETRIES))
def test_every_symmetry_has_an_inverse(symmetry):
    images = SMALL.train.images[:5]

    there = turned(images, symmetry)

    assert there.is_contiguous()
    assert torch.equal(images, turned(there, INVERSE[symmetry]))


def test_the_symmetries_are_eight():
    square = torch.arange(9.0).reshape(1, 1, 3, 3)

    assert 8 == len({tuple(turned(square, symmetry).flatten().tolist()) for symmetry in range(SYMMETRIES)})
    assert torch.equal(square, turned(square, 0))
    assert [[2.0, 5, 8], [1, 4, 7], [0, 3, 6]] == turned(square, 1)[0, 0].tolist()
    assert [[2.0, 1, 0], [5, 4, 3], [8, 7, 6]] == turned(square, 4)[0, 0].tolist()


# -- the secret --------------------------------------------------------------------------------------


def bytes_of(data):
    return [tensor.numpy().tobytes() for part in parts(data) for tensor in (part.images, part.labels)]


@settings(max_examples=10, deadline=None)
@given(secret=st.none() | secrets)
def test_the_same_secret_gives_the_same_data(secret):
    draw = None if secret is None else drawn(secret)

    once, again = (run_data("small", SMALL, images=50, draw=draw) for _ in range(2))

    assert bytes_of(once) == bytes_of(again)


@settings(max_examples=10, deadline=None)
@given(first=secrets, second=secrets)
def test_another_secret_gives_other_data(first, second):
    runs = [run_data("small", SMALL, images=50, draw=drawn(secret)) for secret in (first, second)]

    assert (first == second) == (numbers(runs[0].train) == numbers(runs[1].train))
    assert (first == second) == (numbers(runs[0].validation) == numbers(runs[1].validation))


def test_each_draw_has_a_seed_of_its_own():
    """A worker sees what came of one draw; from its seed it could work out the others."""
    asked = []

    def draw(label):
        asked.append(label)
        return len(asked)

    run_data("small", SMALL, images=50, draw=draw)

    assert 5 == len(asked) == len(set(asked))


def test_without_a_secret_images_are_upright_and_labels_as_published():
    data = run_data("small", SMALL, images=50, draw=None)

    for part in parts(data):
        assert [0] == whole(part, SMALL)
        assert torch.equal(published(part), part.labels)
    assert list(range(10)) == [data.original_class(label) for label in range(10)]


PROGRAM = """
import hashlib
from labgrade.data.digits import PackagedDigits
from labgrade.data.run import run_data
data = run_data("digits", PackagedDigits().load(()), images=1000, draw=lambda label: len(label) * 2**58 + 5)
total = hashlib.sha256()
for part in (data.train, data.test, data.validation):
    total.update(part.images.numpy().tobytes() + part.labels.numpy().tobytes())
print(total.hexdigest())
"""


def test_another_process_sees_the_same_data():
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    data = run_data("digits", DIGITS, images=1000, draw=lambda label: len(label) * 2**58 + 5)
    total = hashlib.sha256(b"".join(bytes_of(data)))

    assert f"{total.hexdigest()}\n" == told.stdout


# -- what checks are given ---------------------------------------------------------------------------


def test_what_one_check_changes_no_other_sees(digits):
    before = bytes_of(digits)

    for part in parts(digits):
        part.images.zero_()
        part.labels.fill_(3)

    assert before == bytes_of(digits)
    assert DIGITS.train.images.max() > 0


def test_facts_of_the_data_set_are_passed_on(digits):
    assert ("digits", DIGITS.classes, DIGITS.digest) == (digits.name, digits.classes, digits.digest)
    assert DIGITS.detail == digits.detail
    assert torch.device("cpu") == digits.device
    assert torch.device("cuda") == run_data("small", SMALL, images=5, draw=None, device="cuda").device


def test_a_printed_run_shows_no_image_and_no_label(digits):
    assert "tensor" not in repr(digits)
    assert "originals" not in repr(digits)


# -- a malformed data set ----------------------------------------------------------------------------

WRONG = {
    "three dimensions": (torch.zeros(4, 28, 28), torch.zeros(4).long()),
    "another size": (torch.zeros(4, 1, 32, 32), torch.zeros(4).long()),
    "whole numbers": (torch.zeros(4, 1, 28, 28).byte(), torch.zeros(4).long()),
    "labels of another dtype": (torch.zeros(4, 1, 28, 28), torch.zeros(4)),
    "a label too few": (torch.zeros(4, 1, 28, 28), torch.zeros(3).long()),
    "labels in columns": (torch.zeros(4, 1, 28, 28), torch.zeros(4, 1).long()),
    "a label beyond the classes": (torch.zeros(4, 1, 28, 28), torch.full((4,), 2)),
    "a negative label": (torch.zeros(4, 1, 28, 28), torch.full((4,), -1)),
    "nothing": (torch.zeros(0, 1, 28, 28), torch.zeros(0).long()),
}


@pytest.mark.parametrize(("images", "labels"), WRONG.values(), ids=WRONG)
def test_a_data_set_of_another_form_is_refused(images, labels):
    right = Images(torch.zeros(4, 1, 28, 28), torch.zeros(4).long())
    wrong = Images(images, labels)

    for train, test in ((wrong, right), (right, wrong)):
        with pytest.raises(ValueError, match=r"images of shape|labels of shape|no labels"):
            Loaded(train, test, ("a", "b"), "", "")
    assert Loaded(right, right, ("a", "b"), "", "")


def test_one_class_is_no_data_set():
    right = Images(torch.zeros(4, 1, 28, 28), torch.zeros(4).long())

    with pytest.raises(ValueError, match="1 classes"):
        Loaded(right, right, ("a",), "", "")


# -- the gentle change -------------------------------------------------------------------------------


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), n=st.integers(1, 40))
def test_the_gentle_change_keeps_form_and_range_and_changes_every_image(seed, n):
    images = DIGITS.test.images[:n]
    before = images.clone()

    changed = gently_transformed(images, generator(seed))

    assert torch.equal(before, images)
    assert (images.shape, torch.float32) == (changed.shape, changed.dtype)
    assert 0 <= changed.min() <= changed.max() <= 1
    assert all(not torch.equal(old, new) for old, new in zip(images, changed, strict=True))


def test_the_gentle_change_follows_its_generator():
    images = DIGITS.test.images

    first, second, other = (gently_transformed(images, generator(seed)) for seed in (1, 1, 2))

    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_images_move_by_at_most_one_pixel_along_one_axis():
    """One bright spot on grey, so that neither edge nor clamping hides where it goes."""
    images = torch.full((400, 1, 28, 28), 0.5)
    images[:, 0, 10, 20] = 1.0

    changed = gently_transformed(images, generator())

    spots = {divmod(int(image.argmax()), 28) for image in changed}
    assert {(10, 20), (9, 20), (11, 20), (10, 19), (10, 21)} == spots


def test_contrast_and_noise_are_of_the_size_that_is_stated():
    """Half dark, half bright, away from the borders: the halves' distance tells the contrast."""
    images = torch.full((600, 1, 28, 28), 0.3)
    images[:, :, :, 14:] = 0.7

    changed = gently_transformed(images, generator())

    bright, dark = changed[:, 0, 2:-2, 16:-2], changed[:, 0, 2:-2, 2:12]
    contrast = (bright.mean((1, 2)) - dark.mean((1, 2))) / 0.4
    assert 0.88 < contrast.min() < 0.92
    assert 1.08 < contrast.max() < 1.12
    assert torch.allclose(dark.std((1, 2)).mean(), torch.tensor(0.02), atol=1e-3)
