"""MNIST and Fashion-MNIST: found, read, refused where broken, downloaded when asked."""

from __future__ import annotations

import functools
import gzip
import hashlib
import http.server
import os
import threading
from pathlib import Path

import pytest
import torch
import torchvision

from labgrade.data import BUILTIN_DATASETS
from labgrade.data.idx import FASHION_CLASSES, IdxImages
from labgrade.errors import UserError

from . import idx_files
from .idx_files import FILES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

MNIST = IdxImages("mnist", "MNIST")
REAL = tuple(Path(root) for root in os.environ.get("LABGRADE_DATA", "").split(os.pathsep) if root)


def real(name):
    """The data set itself, where the tests are told where it lies."""
    offer = next(offer for offer in BUILTIN_DATASETS if offer.name == name)
    if not offer.look(REAL).found:
        pytest.skip(f"LABGRADE_DATA names no folder that holds {offer.kind}")
    return offer


def test_the_names_are_those_of_the_command_line():
    assert ["digits", "mnist", "fashion_mnist"] == [offer.name for offer in BUILTIN_DATASETS]


# -- found ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [(), FILES, (TRAIN_IMAGES, TEST_LABELS)], ids=["plain", "gz", "mixed"])
def test_four_files_are_a_data_set(tmp_path, zipped):
    root = idx_files.write(tmp_path / "data", idx_files.contents(20, 10), zipped=zipped)

    seen = MNIST.look([root])

    assert (True, "") == (seen.found, seen.advice)
    assert f"{root / 'MNIST' / 'raw'}: 20 images to train on, 10 to test with: a sample" in seen.detail


@pytest.mark.parametrize("missing", FILES)
def test_three_files_are_none(tmp_path, missing):
    files = {name: data for name, data in idx_files.contents().items() if name != missing}

    assert not MNIST.look([idx_files.write(tmp_path / "data", files)]).found


def test_roots_are_searched_in_order(tmp_path):
    (tmp_path / "empty").mkdir()
    first = idx_files.write(tmp_path / "first", idx_files.contents(30, 10))
    second = idx_files.write(tmp_path / "second", idx_files.contents(40, 10))

    assert str(first / "MNIST" / "raw") in MNIST.look([tmp_path / "empty", first, second]).detail
    assert [30, 30, 40] == [
        len(MNIST.load(roots).train)
        for roots in ([first, second], [tmp_path / "empty", first, second], [second, first])
    ]


def test_a_root_that_cannot_be_looked_at_holds_nothing(tmp_path):
    """What the operating system refuses even to look for."""
    root = idx_files.write(tmp_path / "data", idx_files.contents())

    assert not MNIST.look([tmp_path / ("a" * 300)]).found
    assert MNIST.look([tmp_path / ("a" * 300), root]).found


def test_one_data_set_is_not_the_other(tmp_path):
    root = idx_files.write(tmp_path / "data", idx_files.contents(), kind="FashionMNIST")

    assert not MNIST.look([root]).found
    assert IdxImages("fashion_mnist", "FashionMNIST", FASHION_CLASSES).look([root]).found


def test_where_it_is_missing_the_advice_names_option_variable_and_roots(tmp_path):
    advice = MNIST.look([tmp_path]).advice

    assert "--data-root" in advice
    assert "LABGRADE_DATA" in advice
    assert str(tmp_path) in advice
    assert "no folder is named" in MNIST.look([]).advice


# -- read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [(), FILES, (TRAIN_IMAGES, TEST_LABELS)], ids=["plain", "gz", "mixed"])
def test_pixels_and_labels_are_those_of_the_files(tmp_path, zipped):
    root = idx_files.write(tmp_path / "data", idx_files.contents(20, 10, seed=3), zipped=zipped)

    loaded = MNIST.load([root])

    for part, n in ((loaded.train, 20), (loaded.test, 10)):
        assert (torch.float32, torch.int64) == (part.images.dtype, part.labels.dtype)
        assert torch.equal(torch.from_numpy(idx_files.pixels(n, 3)).unsqueeze(1) / 255, part.images)
        assert torch.equal(torch.from_numpy(idx_files.labels(n)).long(), part.labels)
    assert tuple("0123456789") == loaded.classes
    assert "20 images to train on, 10 to test with: a sample, the full set has 60,000" in loaded.detail


def test_the_digest_is_that_of_the_content_however_it_is_packed(tmp_path):
    plain = idx_files.write(tmp_path / "plain", idx_files.contents(seed=1))
    packed = idx_files.write(tmp_path / "packed", idx_files.contents(seed=1), zipped=FILES)
    other = idx_files.write(tmp_path / "other", idx_files.contents(seed=2))
    files = idx_files.contents(seed=1)
    files[TRAIN_LABELS] = files[TRAIN_LABELS][:-1] + b"\x00"
    relabelled = idx_files.write(tmp_path / "relabelled", files)

    digests = [MNIST.load([root]).digest for root in (plain, packed, other, relabelled)]

    assert digests[0] == digests[1]
    assert 3 == len(set(digests))
    assert all(len(digest) == 64 for digest in digests)


def test_reading_changes_nothing_below_the_root(tmp_path):
    root = idx_files.write(tmp_path / "data", idx_files.contents(), zipped=FILES)
    before = sorted(root.rglob("*"))

    MNIST.load([root])

    assert before == sorted(root.rglob("*"))


def test_only_the_four_files_are_read(tmp_path):
    """torchvision would take what its old releases left beside them, whatever that holds."""
    root = idx_files.write(tmp_path / "data", idx_files.contents(20, 10))
    digest = MNIST.load([root]).digest
    old = root / "MNIST" / "processed"
    old.mkdir()
    for name in ("training.pt", "test.pt"):
        torch.save((torch.zeros(5, 28, 28, dtype=torch.uint8), torch.zeros(5, dtype=torch.long)), old / name)

    assert digest == MNIST.load([root]).digest


# -- broken --------------------------------------------------------------------------------------------

CHANGES = {
    "cut off": lambda data: data[:-1],
    "too long": lambda data: data + b"\x00",
    "header alone": lambda data: data[:16],
    "half a header": lambda data: data[:5],
    "empty": lambda _data: b"",
    "a page instead": lambda _data: b"<html>404 Not Found</html>",
    "another type of number": lambda data: data[:2] + b"\x0d" + data[3:],
    "no such type": lambda data: data[:2] + b"\x0a" + data[3:],
    "another number of dimensions": lambda data: data[:3] + b"\x02" + data[4:],
}


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_broken_file_is_said_to_be(tmp_path, change, file, zipped):
    files = idx_files.contents()
    files[file] = change(files[file])
    root = idx_files.write(tmp_path / "data", files, zipped=(file,) if zipped else ())

    with pytest.raises(UserError, match="The files of mnist are cut off or broken") as caught:
        MNIST.load([root])

    assert str(root / "MNIST" / "raw") == caught.value.where
    assert "--download" in caught.value.next_step


@pytest.mark.parametrize("cut", [5, 100])
def test_a_gzip_file_that_is_cut_off_is_said_to_be(tmp_path, cut):
    root = idx_files.write(tmp_path / "data", idx_files.contents(), zipped=FILES)
    path = root / "MNIST" / "raw" / f"{TRAIN_IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(UserError, match="cut off or broken"):
        MNIST.load([root])


def test_a_label_beyond_the_classes_is_said_to_be_wrong(tmp_path):
    files = idx_files.contents()
    files[TEST_LABELS] = files[TEST_LABELS][:-1] + b"\x0a"

    with pytest.raises(UserError, match="not from 0 to 9"):
        MNIST.load([idx_files.write(tmp_path / "data", files)])


def test_more_labels_than_images_are_said_to_be_wrong(tmp_path):
    files = idx_files.contents(20) | {TRAIN_LABELS: idx_files.contents(21)[TRAIN_LABELS]}

    with pytest.raises(UserError, match="cut off or broken"):
        MNIST.load([idx_files.write(tmp_path / "data", files)])


@pytest.mark.parametrize("change", ["cut off", "empty", "a page instead"])
def test_looking_sees_that_a_file_is_broken(tmp_path, change):
    files = idx_files.contents()
    files[TRAIN_IMAGES] = CHANGES[change](files[TRAIN_IMAGES])

    seen = MNIST.look([idx_files.write(tmp_path / "data", files)])

    assert not seen.found
    assert "cut off or broken" in seen.detail
    assert "--download" in seen.advice


# -- nowhere, and downloaded ---------------------------------------------------------------------------


def test_where_it_is_nowhere_what_was_searched_and_what_to_do_are_named(tmp_path):
    with pytest.raises(UserError) as caught:
        MNIST.load([tmp_path / "a", tmp_path / "b"])

    told = str(caught.value)
    assert f"searched: {tmp_path / 'a'}, {tmp_path / 'b'}" in told
    for word in ("--data mnist", "--data-root", "LABGRADE_DATA", "--download"):
        assert word in told


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """What torchvision downloads from: a server on this machine, with files of ours in its folder."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    resources = []
    for name, data in idx_files.contents(50, 30).items():
        packed = gzip.compress(data, mtime=0)
        (folder / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed, usedforsecurity=False).hexdigest()))
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(
            torchvision.datasets.MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"]
        )
        monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
        yield folder
        server.shutdown()


def test_it_is_downloaded_into_the_first_root_when_asked(tmp_path, mirror, capsys):
    loaded = MNIST.load([tmp_path / "first", tmp_path / "second"], download=True)

    assert (50, 30) == (len(loaded.train), len(loaded.test))
    assert MNIST.look([tmp_path / "first"]).found
    assert not (tmp_path / "second").exists()
    assert "" == capsys.readouterr().out, "standard output may be one JSON document"


def test_what_is_here_is_not_downloaded(tmp_path, mirror):
    second = idx_files.write(tmp_path / "second", idx_files.contents(20))

    assert 20 == len(MNIST.load([tmp_path / "first", second], download=True).train)
    assert not (tmp_path / "first").exists()


def test_nothing_is_downloaded_unless_asked(tmp_path, mirror):
    with pytest.raises(UserError, match="not here"):
        MNIST.load([tmp_path / "first"])

    assert not (tmp_path / "first").exists()


def test_a_download_needs_a_folder(mirror):
    with pytest.raises(UserError, match="no folder to download mnist to") as caught:
        MNIST.load([], download=True)

    assert "--data-root" in caught.value.next_step


def test_a_download_that_fails_is_said_to_have(tmp_path, mirror):
    (mirror / f"{TRAIN_LABELS}.gz").unlink()

    with pytest.raises(UserError, match="mnist could not be downloaded") as caught:
        MNIST.load([tmp_path / "first"], download=True)

    assert str(tmp_path / "first" / "MNIST" / "raw") == caught.value.where
    assert caught.value.next_step


def test_a_download_with_another_checksum_is_refused(tmp_path, mirror):
    (mirror / f"{TRAIN_LABELS}.gz").write_bytes(gzip.compress(idx_files.contents(50, seed=9)[TRAIN_LABELS]))

    with pytest.raises(UserError, match="could not be downloaded"):
        MNIST.load([tmp_path / "first"], download=True)


def test_what_an_old_release_left_in_the_root_stands_for_no_download(tmp_path, mirror):
    old = tmp_path / "first" / "MNIST" / "processed"
    old.mkdir(parents=True)
    for name in ("training.pt", "test.pt"):
        torch.save((torch.zeros(5, 28, 28, dtype=torch.uint8), torch.zeros(5, dtype=torch.long)), old / name)

    with pytest.raises(UserError, match=r"mnist could not be downloaded .*processed"):
        MNIST.load([tmp_path / "first"], download=True)


def test_a_root_that_cannot_be_made_is_named(tmp_path, mirror):
    (tmp_path / "first").write_text("a file")

    with pytest.raises(UserError, match="could not be downloaded"):
        MNIST.load([tmp_path / "first"], download=True)


# -- the real ones -------------------------------------------------------------------------------------


def test_mnist_is_mnist():
    loaded = real("mnist").load(REAL)

    assert (60_000, 10_000) == (len(loaded.train), len(loaded.test))
    assert "60,000 images to train on, 10,000 to test with" == loaded.detail
    assert [7, 2, 1, 0, 4, 1, 4, 9, 5, 9] == loaded.test.labels[:10].tolist()
    assert (0.0, 1.0) == (loaded.train.images.min().item(), loaded.train.images.max().item())


def test_fashion_mnist_has_the_names_of_its_classes():
    loaded = real("fashion_mnist").load(REAL)

    assert torchvision.datasets.FashionMNIST.classes == list(loaded.classes)
    assert (len(loaded.train) < 60_000) == ("a sample" in loaded.detail)
    assert set(range(10)) == set(loaded.test.labels.tolist())
