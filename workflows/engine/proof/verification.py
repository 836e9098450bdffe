"""Verifies an audit: goes along its seals and rows, and finds the first that is not as it was sealed. Pure.

It holds one seal's rows at a time. Where something is wrong it goes along everything once more, to tell a row that was
edited from one that stands in another's place.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from workflows.engine.proof.audit_form import AuditRecord, Content, content_of
from workflows.engine.proof.chain import NOTHING_BEFORE, SealRecord, is_in_itself_right
from workflows.engine.proof.comparison import FoundRow, Searches, first_difference
from workflows.engine.proof.keys import PublicKey
from workflows.engine.proof.known_heads import KnownHead
from workflows.engine.proof.views import COUNTED, Finding, FindingKind, HeadView, Verdict

_BACKDATED = timedelta(hours=1)
"""Time before an earlier row's from which on a row counts as backdated: more than transactions and clocks differ by."""
_LOWEST, _GREATEST = -(2**63), 2**63 - 1


class Wrong(Exception):
    """Something is found wrong while a source is read."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A seal, and a way to its rows."""

    seal: SealRecord
    rows: Callable[[int], Sequence[FoundRow]]
    """Returns the rows after an id up to the seal's last, as they stand. Raises `Wrong`."""


class Source(Protocol):
    """An audit to verify: the database, or an export."""

    def tail(self) -> Iterator[FoundRow]:
        """Yield the rows that are not sealed yet."""

    def sealed(self) -> Iterator[Sealed]:
        """Yield the seals in their order, with their rows. Raise `Wrong`."""

    def each_seal(self) -> Iterator[SealRecord]:
        """Yield the seals once more, for a search."""

    def each_row(self, *, after: int = _LOWEST, until: int = _GREATEST) -> Iterator[FoundRow]:
        """Yield the rows once more, sealed or not, for a search."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Everything that whoever verifies knows from elsewhere."""

    keys: Sequence[PublicKey] = ()
    named: bool = False
    """True if the keys were named by whoever verifies; False: they come from the settings, or from the export."""
    own: bool = False
    """True if they come from the export."""
    heads: Sequence[KnownHead] = ()
    bad_heads: int = 0
    restored_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The part of the chain that a source is to cover. By default, all of it."""

    first: int | None = 1
    """Number of the first seal; None where any may be."""
    until: str | None = None
    """A head of a seal that was made before this time has to be there; None: each has to be."""


ALL = Reach()


def verify(source: Source, trust: Trust, reach: Reach = ALL) -> Verdict:
    """Verify an audit."""
    walk = _Walk(source, trust, reach)
    try:
        walk.go()
    except Wrong as wrong:
        walk.findings.append(wrong.finding)
    return walk.verdict()


@dataclass(kw_only=True)
class _Counts:
    """The numbers of a verdict."""

    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    signed: int = 0
    unchecked: int = 0
    unsigned: int = 0
    heads: int = 0
    heads_outside: int = 0
    backdated: int = 0


@dataclass(kw_only=True)
class _Tail:
    """The rows that are not sealed, to be recognised where a copy of one is."""

    rows: dict[int, list[FoundRow]] = field(default_factory=lambda: defaultdict(list))

    def copy_of(self, row: FoundRow) -> FoundRow | None:
        """Return a row of the tail with the content of this one, under another id."""
        for one in self.rows.get(_resemblance(row.record), ()):
            if one.id != row.id and content_of(one.record) == content_of(row.record):
                return one
        return None


def _resemblance(row: AuditRecord) -> int:
    return hash(repr((row.at, row.actor, row.action, row.subject_kind, row.subject_id)))


class _Walk:
    """One way along an audit."""

    def __init__(self, source: Source, trust: Trust, reach: Reach) -> None:
        self.findings: list[Finding] = []
        self._source = source
        self._trust = trust
        self._reach = reach
        self._keys: Mapping[str, PublicKey] = {key.id: key for key in trust.keys}
        self._counts = _Counts()
        self._first: int | None = None
        self._last: SealRecord | None = None
        self._signed_last: int | None = None
        """Number of the last seal whose signature is right."""
        self._earliest: str | None = None
        """A row with an earlier time is backdated; None before the first seal."""
        self._first_backdated: int | None = None
        self._tail = _Tail()
        self._tail_first: FoundRow | None = None
        self._heads: dict[int, list[KnownHead]] = defaultdict(list)
        for one in trust.heads:
            self._heads[one.number].append(one)
        self._searches = Searches(sealed_as=self._sealed_as, found_as=self._found_as, is_intact=self._is_intact)

    def go(self) -> None:
        """Go along everything. Raise `Wrong` at the first thing that is not as it was."""
        self._read_tail()
        for sealed in self._source.sealed():
            self._look_at_link(sealed.seal)
            if not is_in_itself_right(sealed.seal):
                raise Wrong(Finding(kind=FindingKind.SEAL_ALTERED, seal=sealed.seal.number))
            self._look_at_signature(sealed.seal)
            self._look_at_rows(sealed)
            self._look_at_known(sealed.seal.number, sealed.seal.head)
            self._last = sealed.seal
            self._first = self._first if self._first is not None else sealed.seal.number
            self._counts.seals += 1
        self._look_at_end()

    def _read_tail(self) -> None:
        last: FoundRow | None = None
        for row in self._source.tail():
            self._counts.unsealed += 1
            if last is not None and row.id <= last.id:
                kind = FindingKind.DOUBLED if row.id == last.id else FindingKind.REORDERED
                raise Wrong(Finding(kind=kind, row=row.id, other=last.id, line=row.line))
            if self._counts.unsealed <= COUNTED:
                self._tail.rows[_resemblance(row.record)].append(row)
            last = row
            self._tail_first = self._tail_first or row

    def _look_at_link(self, seal: SealRecord) -> None:
        if self._last is None:
            first = self._reach.first
            if first is not None and seal.number != first:
                raise Wrong(Finding(kind=FindingKind.SEAL_REMOVED, seal=min(first, seal.number)))
            if seal.number == 1 and seal.previous != NOTHING_BEFORE:
                raise Wrong(Finding(kind=FindingKind.CHAIN_BROKEN, seal=1))
            # The head before the first seal of an export is in that seal.
            self._look_at_known(seal.number - 1, seal.previous)
            return
        if seal.number > self._last.number + 1:
            raise Wrong(Finding(kind=FindingKind.SEAL_REMOVED, seal=self._last.number + 1))
        if seal.number <= self._last.number or seal.previous != self._last.head:
            raise Wrong(Finding(kind=FindingKind.CHAIN_BROKEN, seal=seal.number))
        if seal.row_ids and seal.row_ids[0] <= self._last.last_row:
            raise Wrong(Finding(kind=FindingKind.SEAL_ALTERED, seal=seal.number))

    def _look_at_signature(self, seal: SealRecord) -> None:
        if seal.signature is None or seal.key_id is None:
            self._counts.unsigned += 1
            return
        key = self._keys.get(seal.key_id)
        if key is None:
            self._counts.unchecked += 1
        elif key.signed(seal.head, seal.signature):
            self._counts.signed += 1
            self._signed_last = seal.number
        else:
            raise Wrong(Finding(kind=FindingKind.BAD_SIGNATURE, seal=seal.number))

    def _look_at_rows(self, sealed: Sealed) -> None:
        seal = sealed.seal
        # The first seal of an export begins in the midst of the audit.
        after = self._last.last_row if self._last is not None else _LOWEST if seal.number == 1 else seal.row_ids[0] - 1
        rows = sealed.rows(after)
        # Nearly always all is right, and then lists are compared at once.
        if [row.leaf for row in rows] != seal.leaves or [row.id for row in rows] != list(seal.row_ids):
            difference = first_difference(seal, rows, self._searches)
            if difference is not None:
                raise Wrong(difference)
        self._counts.rows += len(rows)
        for row in rows if self._tail.rows else ():
            if (copy := self._tail.copy_of(row)) is not None:
                raise Wrong(Finding(kind=FindingKind.DOUBLED, row=copy.id, other=row.id, line=copy.line))
        self._look_at_times(rows)

    def _look_at_times(self, rows: Sequence[FoundRow]) -> None:
        times = [row.record.at for row in rows]
        if self._earliest is not None and min(times) < self._earliest:
            early = [row.id for row in rows if row.record.at < self._earliest]
            self._counts.backdated += len(early)
            self._first_backdated = self._first_backdated if self._first_backdated is not None else early[0]
        try:
            latest = datetime.fromisoformat(max(times))
            earliest = (latest - _BACKDATED).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        except (ValueError, OverflowError):
            return  # A row without a time was sealed like that.
        self._earliest = max(self._earliest or earliest, earliest)

    def _look_at_known(self, number: int, head: str) -> None:
        for known in self._heads.pop(number, ()):
            if known.head != head:
                raise Wrong(Finding(kind=FindingKind.UNKNOWN_HEAD, seal=known.number, said=known.head))
            self._counts.heads += 1

    def _look_at_end(self) -> None:
        for number in sorted(self._heads):
            for known in self._heads[number]:
                if self._has_to_be_there(known):
                    raise Wrong(Finding(kind=FindingKind.UNKNOWN_HEAD, seal=known.number, said=known.head))
                self._counts.heads_outside += 1
        self._look_at_tail()
        last = self._last.number if self._last is not None else 0
        expected = bool(self._keys) and (self._trust.named or self._signed_last is not None)
        if expected and last and self._signed_last != last:
            raise Wrong(Finding(kind=FindingKind.NOT_SIGNED, seal=(self._signed_last or (self._first or 1) - 1) + 1))

    def _look_at_tail(self) -> None:
        """Find a row in the tail of an export whose id lies among the sealed ones."""
        first = self._tail_first
        if first is not None and self._last is not None and first.id <= self._last.last_row:
            other = self._sealed_as(content_of(first.record))
            kind = FindingKind.INSERTED if other is None else FindingKind.DOUBLED
            raise Wrong(Finding(kind=kind, row=first.id, other=other, line=first.line))

    def _has_to_be_there(self, known: KnownHead) -> bool:
        if self._reach.until is None or known.sealed_at is None:
            return True
        return known.sealed_at < self._reach.until and known.number > (self._first or 0)

    def _sealed_as(self, content: Content) -> int | None:
        for seal in self._source.each_seal():
            for id, leaf in zip(seal.row_ids, seal.leaves, strict=False):
                if content.leaf_at(id) == leaf:
                    return id
        return None

    def _found_as(self, id: int, leaf: bytes) -> int | None:
        for row in self._source.each_row():
            if content_of(row.record).leaf_at(id) == leaf:
                return row.id
        return None

    def _is_intact(self, id: int) -> bool:
        sealed = (
            leaf
            for seal in self._source.each_seal()
            for one, leaf in zip(seal.row_ids, seal.leaves, strict=False)
            if one == id
        )
        leaf = next(sealed, None)
        return leaf is not None and any(row.leaf == leaf for row in self._source.each_row(after=id - 1, until=id))

    def verdict(self) -> Verdict:
        """Return what came of it."""
        last, counts = self._last, self._counts
        return Verdict(
            findings=self.findings,
            seals=counts.seals,
            rows=counts.rows,
            first=self._first,
            newest=_view(last) if last is not None else None,
            unsealed=counts.unsealed,
            signed=counts.signed,
            unchecked=counts.unchecked,
            unsigned=counts.unsigned,
            heads=counts.heads,
            heads_outside=counts.heads_outside,
            bad_heads=self._trust.bad_heads,
            backdated=counts.backdated,
            first_backdated=self._first_backdated,
            own_key=self._trust.own,
            restored_at=self._trust.restored_at,
        )


def _view(seal: SealRecord) -> HeadView | None:
    try:
        at = datetime.fromisoformat(seal.sealed_at)
    except ValueError:
        return None
    return HeadView(number=seal.number, head=seal.head, last_row=seal.last_row, sealed_at=at, key_id=seal.key_id)


def heads_of(lines: Iterable[KnownHead | None]) -> tuple[Sequence[KnownHead], int]:
    """Return the heads among the lines of a file, and the number of lines that are none."""
    heads, bad = list[KnownHead](), 0
    for line in lines:
        if line is None:
            bad += 1
        else:
            heads.append(line)
    return heads, bad
