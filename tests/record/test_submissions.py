"""Submissions are kept by digest, byte for byte, and a changed one is never handed out."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.record.digest import digest_files, is_digest
from labgrade.record.store import RecordStore
from labgrade.record.submissions import StoredSubmission, SubmissionLost, pack, unpack

from .factory import slug

FILES = [("lab01.py", b"x = 1\n"), ("data/points.csv", b"1,2\r\n"), ("näme.py", b"\x00\xff")]
DIGEST = digest_files(FILES)
PATHS = st.text("abcäß_.0 ", min_size=1, max_size=12)


@pytest.fixture
def store(tmp_path):
    return RecordStore(tmp_path, slug)


class TestDigest:
    def test_is_stable(self):
        # A changed algorithm would orphan every stored submission.
        spelled_out = b"%ba.py%bx" % (bytes(7) + b"\4", bytes(7) + b"\1") + b"%bb.py%b" % (
            bytes(7) + b"\4",
            bytes(8),
        )
        assert digest_files([("a.py", b"x"), ("b.py", b"")]) == hashlib.sha256(spelled_out).hexdigest()

    def test_ignores_order(self):
        assert digest_files(reversed(FILES)) == DIGEST

    @pytest.mark.parametrize(
        "other",
        [
            [("ab", b"c")],
            [("a", b"bc"), ("d", b"")],
            [("a", b"")],
            [],
        ],
    )
    def test_boundaries_count(self, other):
        assert digest_files(other) != digest_files([("a", b"bc")])

    @pytest.mark.parametrize("text", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n"])
    def test_form(self, text):
        assert is_digest("0" * 64)
        assert not is_digest(text)


class TestStore:
    def test_gives_back_what_was_put(self, store):
        path = store.put_submission(DIGEST, FILES, ["lab01.py", "näme.py"])
        assert path == store.root / "submitted" / f"{DIGEST}.zip"
        found = store.submission(DIGEST)
        assert found == StoredSubmission(DIGEST, tuple(sorted(FILES)), ("lab01.py", "näme.py"))

    def test_an_empty_one_too(self, store):
        digest = digest_files([])
        store.put_submission(digest, [], [])
        assert store.submission(digest).files == ()

    def test_equal_submissions_are_one_archive_of_equal_bytes(self, store):
        first = store.put_submission(DIGEST, FILES, []).read_bytes()
        again = store.put_submission(DIGEST, reversed(FILES), []).read_bytes()
        assert first == again
        assert len(list((store.root / "submitted").iterdir())) == 1

    def test_repairs_a_damaged_one(self, store):
        path = store.put_submission(DIGEST, FILES, [])
        path.write_bytes(b"PK")
        store.put_submission(DIGEST, FILES, [])
        assert store.submission(DIGEST).files == tuple(sorted(FILES))

    def test_opens_with_any_tool(self, store):
        path = store.put_submission(DIGEST, FILES, ["lab01.py"])
        with zipfile.ZipFile(path) as archive:
            assert archive.read("files/lab01.py") == b"x = 1\n"
            assert {m.date_time for m in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}

    def test_refuses_a_digest_that_is_not_theirs(self, store):
        with pytest.raises(ValueError, match="not those of"):
            store.put_submission("0" * 64, FILES, [])

    def test_refuses_an_entry_that_is_no_file(self, store):
        with pytest.raises(ValueError, match="is to run"):
            store.put_submission(DIGEST, FILES, ["other.py"])

    def test_refuses_a_path_that_no_archive_holds(self, store):
        files = [("a\0b.py", b"")]
        with pytest.raises(ValueError, match="cannot stand"):
            store.put_submission(digest_files(files), files, [])

    @pytest.mark.parametrize("digest", ["../../secret", "", "/etc/passwd"])
    def test_a_digest_leads_nowhere_else(self, store, digest):
        with pytest.raises(SubmissionLost, match="no SHA-256"):
            store.submission(digest)

    def test_missing(self, store):
        with pytest.raises(SubmissionLost, match="is not in"):
            store.submission(DIGEST)

    def test_is_not_taken_for_a_lab(self, store):
        store.put_submission(DIGEST, FILES, [])
        assert list(store.records()) == []
        assert store.problems() == []

    @given(st.dictionaries(PATHS, st.binary(max_size=50), max_size=5))
    def test_any_files_round_trip(self, files):
        submission = StoredSubmission(digest_files(files.items()), tuple(sorted(files.items())), ())
        assert unpack(pack(submission), submission.digest) == submission


class TestDamage:
    def archive(self, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return buffer.getvalue()

    MANIFEST = b'{"entries": []}'

    @pytest.mark.parametrize(
        ("members", "why"),
        [
            ({"submission.json": MANIFEST, "files/lab01.py": b"x = 2\n"}, "was changed"),
            ({"submission.json": MANIFEST}, "was changed"),
            ({"files/lab01.py": b"x = 1\n"}, "damaged"),
            ({"submission.json": b"{}", "files/lab01.py": b"x = 1\n"}, "damaged"),
            ({"submission.json": b"[NaN]"}, "damaged"),
            ({"submission.json": b'{"entries": 5}'}, "damaged"),
            ({"submission.json": b"[]"}, "damaged"),
            ({"submission.json": b'{"entries": ["x.py"]}'}, "damaged"),
        ],
    )
    def test_changed_contents(self, members, why):
        with pytest.raises(SubmissionLost, match=why):
            unpack(self.archive(members), DIGEST)

    def test_bombs_are_not_unpacked(self):
        raw = self.archive({"submission.json": self.MANIFEST, "files/a": bytes(10**7)}, zipfile.ZIP_DEFLATED)
        with pytest.raises(SubmissionLost, match="is compressed"):
            unpack(raw, DIGEST)

    def test_every_flipped_byte_is_noticed_or_harmless(self):
        submission = StoredSubmission(DIGEST, tuple(sorted(FILES)), ("lab01.py",))
        raw = bytearray(pack(submission))
        for place in range(len(raw)):
            raw[place] ^= 0x55
            with contextlib.suppress(SubmissionLost):
                assert unpack(bytes(raw), DIGEST) == submission
            raw[place] ^= 0x55
