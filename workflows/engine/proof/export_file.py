"""An export, as something to verify: a file from anywhere, with anything in it. Pure, but for reading the file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from os import SEEK_END
from pathlib import Path
from typing import Any

from workflows.engine.proof.audit_form import AuditRecord, form_of, leaf
from workflows.engine.proof.chain import SealRecord
from workflows.engine.proof.comparison import FoundRow
from workflows.engine.proof.export_form import FORMAT, LONGEST_LINE, VERSION, Kind, row_line
from workflows.engine.proof.exported_receipts import ExportedReceipts
from workflows.engine.proof.keys import BadKey, PublicKey, public_key
from workflows.engine.proof.verification import Reach, Sealed, Trust, Wrong, verify
from workflows.engine.proof.views import Finding, FindingKind, Verdict

_LOWEST, _GREATEST = -(2**63), 2**63 - 1
_MORE = 10_000
"""Most rows that are read beyond those that a seal names: the first one too many is among them."""
_END = b'{"kind":"end"'
_END_WITHIN = 4_096
"""Bytes at the end of a file in which its end is looked for."""
_UNSEALED = b'{"kind":"unsealed"'
_AFTER_ROWS = (Kind.UNSEALED, Kind.RECEIPT, Kind.SUMMARY)


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line of an export."""

    number: int
    """From 1."""
    raw: bytes
    kind: str
    values: Mapping[str, Any]  # Any: JSON from anywhere


@dataclass(frozen=True, kw_only=True)
class _Header:
    """The header of an export."""

    team: int
    until: str
    key: PublicKey | None
    first_seal: int | None
    restored_at: str | None


def verify_export(file: Path, trust: Trust, *, receipts: Sequence[Path] = ()) -> Verdict:
    """Verify an export, and hold receipts against its rows. Raise `OSError` where one cannot be read.

    Without keys in `trust`, signatures are checked with the key that the export brings; that shows only that one key
    signed all.
    """
    export = Export(file)
    with closing(export.receipts):
        try:
            header = export.header()
        except Wrong as wrong:
            return replace(verify(_Nothing(), trust), findings=[wrong.finding])
        if not trust.keys and header.key is not None:
            trust = replace(trust, keys=[header.key], own=True)
        verdict = verify(export, trust, Reach(first=header.first_seal, until=header.until))
        if not verdict.is_right and not export.has_end():
            # What is missing there looks like rows that were deleted.
            verdict = replace(verdict, findings=[Finding(kind=FindingKind.CUT_OFF)])
        if verdict.is_right:
            found = [one for name in receipts for one in export.receipts.held(name)]
            verdict = replace(verdict, findings=found, held=len(receipts) - len(found))
        return replace(verdict, receipts=export.receipts.tally())


class _Nothing:
    """An audit without a row."""

    def tail(self) -> Iterator[FoundRow]:
        """Yield nothing."""
        yield from ()

    def sealed(self) -> Iterator[Sealed]:
        """Yield nothing."""
        yield from ()

    def each_seal(self) -> Iterator[SealRecord]:
        """Yield nothing."""
        yield from ()

    def each_row(self, *, after: int = _LOWEST, until: int = _GREATEST) -> Iterator[FoundRow]:
        """Yield nothing."""
        yield from ()


class Export:
    """The audit in an export."""

    def __init__(self, file: Path) -> None:
        """Read nothing yet."""
        self.receipts = ExportedReceipts()
        self._file = file
        self._team = 0

    def header(self) -> _Header:
        """Return the header. Raise `Wrong`."""
        first = next(self._lines(), None)
        if first is None:
            raise _unreadable(1, "the file is empty")
        said, team = first.values, first.values.get("team")
        if first.kind != Kind.HEADER or said.get("format") != FORMAT:
            raise _unreadable(1, "it does not begin as an export of countersign")
        if said.get("v") != VERSION:
            raise _unreadable(1, f"its version is {said.get('v')!r}, and this program reads {VERSION}")
        until, seal, key = said.get("until"), said.get("first_seal"), said.get("public_key")
        if not isinstance(team, dict) or type(team.get("id")) is not int or not isinstance(until, str):
            raise _unreadable(1, "its header does not name a team and a time")
        if not (seal is None or type(seal) is int):
            raise _unreadable(1, "its header names no first seal")
        try:
            known = public_key(key) if isinstance(key, str) else None
        except BadKey:
            raise _unreadable(1, "its header holds no public key") from None
        self._team = team["id"]
        restored = said.get("restored_at")
        return _Header(
            team=self._team,
            until=until,
            key=known,
            first_seal=seal,
            restored_at=restored if isinstance(restored, str) else None,
        )

    def has_end(self) -> bool:
        """Tell whether the end of an export is among the last lines."""
        with self._file.open("rb") as file:
            file.seek(max(0, file.seek(0, SEEK_END) - _END_WITHIN))
            return any(line.startswith(_END) for line in file.read().splitlines())

    def tail(self) -> Iterator[FoundRow]:
        """Yield the rows that are not sealed yet, with one look at the beginning of each line. Raise `Wrong`."""
        for number, raw in self._raw():
            if raw.startswith(_UNSEALED):
                row = self._row(_parsed(number, raw))
                self.receipts.keep(row, sealed=False)
                yield row

    def sealed(self) -> Iterator[Sealed]:
        """Yield the seals in their order, with their rows; then look whether the end is there. Raise `Wrong`."""
        lines = _Ahead(self._lines())
        rows, seals, counted = [0], 0, dict.fromkeys(_AFTER_ROWS, 0)
        lines.take()
        while (line := lines.take()) is not None and line.kind != Kind.END:
            if line.kind == Kind.SEAL and not any(counted.values()):
                seals += 1
                yield Sealed(seal=self._seal(line), rows=partial(self._rows_of, lines, self._seal(line), rows))
                # Whoever did not want the rows does not get them as something else.
                while (more := lines.next) is not None and more.kind == Kind.ROW:
                    lines.take()
            elif line.kind in counted:
                counted[Kind(line.kind)] += 1
                if line.kind == Kind.RECEIPT:
                    self.receipts.look_at(line.number, line.raw, line.values)
            elif line.kind == Kind.ROW:
                raise Wrong(Finding(kind=FindingKind.INSERTED, row=self._row(line).id, line=line.number))
            else:
                raise _unreadable(line.number, f"{line.kind!r} does not belong there")
        self._look_at_end(line, lines, seals=seals, rows=rows[0], counted=counted)

    def _look_at_end(
        self, end: _Line | None, lines: "_Ahead", *, seals: int, rows: int, counted: Mapping[Kind, int]
    ) -> None:
        if end is None:
            raise Wrong(Finding(kind=FindingKind.CUT_OFF))
        if (more := lines.take()) is not None:
            raise _unreadable(more.number, "it stands after the end")
        said = end.values
        if said.get("seals") != seals:
            raise Wrong(Finding(kind=FindingKind.SEAL_REMOVED, said=f"{said.get('seals')} seals, {seals} are there"))
        self.receipts.look_at_end()
        there = {"rows": rows, "unsealed": counted[Kind.UNSEALED], "receipts": counted[Kind.RECEIPT]}
        if any(said.get(name) != number for name, number in there.items()) or said.get("lines") != end.number - 1:
            raise Wrong(Finding(kind=FindingKind.CUT_OFF, line=end.number))

    def _rows_of(self, lines: "_Ahead", seal: SealRecord, counted: list[int], after: int) -> Sequence[FoundRow]:
        found = list[FoundRow]()
        while (line := lines.next) is not None and line.kind == Kind.ROW and len(found) < seal.count + _MORE:
            lines.take()
            found.append(self._row(line))
            self.receipts.keep(found[-1], sealed=True)
        counted[0] += len(found)
        return found

    def each_seal(self) -> Iterator[SealRecord]:
        """Yield the seals once more, as far as they can be read."""
        try:
            for line in self._lines():
                if line.kind == Kind.SEAL:
                    yield self._seal(line)
        except Wrong:
            return

    def each_row(self, *, after: int = _LOWEST, until: int = _GREATEST) -> Iterator[FoundRow]:
        """Yield the rows once more, sealed or not, as far as they can be read."""
        try:
            for line in self._lines():
                if line.kind in (Kind.ROW, Kind.UNSEALED):
                    row = self._row(line)
                    if after < row.id <= until:
                        yield row
        except Wrong:
            return

    def _row(self, line: _Line) -> FoundRow:
        """Return a row. One whose line is not as it was written has a leaf that no row has."""
        said, seal = line.values.get("row"), line.values.get("seal")
        if not isinstance(said, dict) or type(said.get("id")) is not int or not isinstance(said.get("at"), str):
            raise _unreadable(line.number, "it is not a row of an audit")
        subject = said.get("subject")
        if not isinstance(subject, dict) or abs(said["id"]) > _GREATEST:
            raise _unreadable(line.number, "it is not a row of an audit")
        record = AuditRecord(
            team=said.get("team"),  # type: ignore[arg-type]  # anything: it is compared, and nothing else
            id=said["id"],
            at=said["at"],
            actor=said.get("actor"),
            action=said.get("action"),
            subject_kind=subject.get("kind"),
            subject_id=subject.get("id"),
            case=said.get("case"),
            details=said.get("details"),
        )
        form = form_of(record)
        is_as_written = line.raw == row_line(form, seal if type(seal) is int else None)
        return FoundRow(id=record.id, leaf=leaf(form) if is_as_written else b"", record=record, line=line.number)

    def _seal(self, line: _Line) -> SealRecord:
        said = line.values.get("seal")
        kinds: Mapping[str, type] = {"number": int, "count": int, "last_row": int, "team": int, "leaves": str}
        texts = ("previous", "root", "sealed_at", "head")
        if not isinstance(said, dict) or any(type(said.get(name)) is not kind for name, kind in kinds.items()):
            raise _unreadable(line.number, "it is not a seal")
        ids = said.get("row_ids")
        if (
            any(not isinstance(said.get(name), str) for name in texts)
            or any(not (said.get(name) is None or isinstance(said.get(name), str)) for name in ("key_id", "signature"))
            or not isinstance(ids, list)
            or any(type(id) is not int for id in ids)
        ):
            raise _unreadable(line.number, "it is not a seal")
        if said["team"] != self._team:
            raise Wrong(Finding(kind=FindingKind.SEAL_ALTERED, seal=said["number"], line=line.number))
        try:
            packed = bytes.fromhex(said["leaves"])
        except ValueError:
            raise _unreadable(line.number, "its leaves are no hex digits") from None
        return SealRecord(
            team=said["team"],
            number=said["number"],
            previous=said["previous"],
            count=said["count"],
            last_row=said["last_row"],
            root=said["root"],
            sealed_at=said["sealed_at"],
            row_ids=ids,
            leaves=[packed[place : place + 32] for place in range(0, len(packed), 32)],
            head=said["head"],
            key_id=said["key_id"],
            signature=said["signature"],
        )

    def _raw(self) -> Iterator[tuple[int, bytes]]:
        with self._file.open("rb") as file:
            number = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise _unreadable(number, f"it is longer than {LONGEST_LINE:,} bytes")
                if not raw.endswith(b"\n"):
                    raise Wrong(Finding(kind=FindingKind.CUT_OFF, line=number))
                # A mail program, or Windows, may have ended the lines in its own way.
                yield number, raw[:-1].removesuffix(b"\r")

    def _lines(self) -> Iterator[_Line]:
        for number, raw in self._raw():
            yield _parsed(number, raw)


class _Ahead:
    """Lines, with a look at the next one."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._rest = lines
        self.next = next(lines, None)

    def take(self) -> _Line | None:
        """Return the next line; None at the end."""
        taken, self.next = self.next, next(self._rest, None)
        return taken


def _parsed(number: int, raw: bytes) -> _Line:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise _unreadable(number, "it is not JSON") from None
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str):
        raise _unreadable(number, "it is not a line of an export")
    return _Line(number=number, raw=raw, kind=said["kind"], values=said)


def _unreadable(line: int, why: str) -> Wrong:
    return Wrong(Finding(kind=FindingKind.UNREADABLE, line=line, said=why))
