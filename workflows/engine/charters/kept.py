"""Charters as they are kept: a row for each change of a workflow's terms, with its signature.

A process makes the terms of a workflow once, when it begins or first works on a case of it: once for its files, and
once for what is deployed, since each run has the one or the other. Whether they are signed is read until they are: a
signature is never taken back, so it is remembered from then on. Which version is live is no part of them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store import schema
from store.db.database import Database
from store.governance import audit, teams
from store.governance import terms as kept
from store.learning import deployments
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.charters.terms import Answering, terms_of
from workflows.engine.charters.widening import RULES, widened
from workflows.engine.context import SYSTEM, Clock
from workflows.engine.declare.charter import CharterStatus, How, Terms, missing_in
from workflows.engine.declare.registry import AnyWorkflow, Registry
from workflows.engine.declare.versions import FromFiles, Versions

log = structlog.get_logger()

BY_PEOPLE = (How.OWNER, How.BACKUP, How.OPERATOR)
"""Ways in which a person signs."""
_Key = tuple[str, bool]
"""Name of a workflow, and whether the files of this process are used."""
_TRIES = 20
"""Processes that may begin with other terms at once."""


class KeptCharters:
    """The charters of a process's workflows."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        *,
        team: int,
        clock: Clock,
        answering: Callable[[AnyWorkflow], Answering],
        versions: Versions | None = None,
    ) -> None:
        """`answering`: gives the models that its files name for a workflow. `versions`: left out, files are used."""
        self._database, self._registry, self._team, self._clock = database, registry, team, clock
        self._answering = answering
        self._versions = versions if versions is not None else FromFiles()
        self._lock = Lock()
        self._terms: dict[_Key, Terms] = {}
        self._begun: set[_Key] = set()
        """Those whose terms are known to be kept."""
        self._settled: dict[_Key, CharterStatus] = {}
        """Status of terms for good: they are signed, or the workflow does nothing alone."""

    def terms(self, workflow: AnyWorkflow, *, deployment: int | None) -> Terms:
        """Return a workflow's terms, as they were when they were first asked for."""
        key = name, uses_files = self._key(workflow, deployment)
        made = self._terms.get(key)
        if made is None:
            with self._lock:
                answering = replace(self._answering(workflow), is_deployed=not uses_files)
                made = terms_of(workflow, prompt=self._registry.prompt(name), answering=answering)
                made = self._terms.setdefault(key, made)
        return made

    def status(self, workflow: AnyWorkflow, *, deployment: int | None) -> CharterStatus:
        """Tell whether a workflow may go alone by its charter. Its terms are kept, where they are new.

        Raise `store.db.database.Unavailable`.
        """
        key = self._key(workflow, deployment)
        settled = self._settled.get(key)
        if settled is not None:
            return settled
        if key not in self._begun:
            # A run that began with the files may end after the first deployment: its terms are not kept again.
            self.begin(workflow)
            self._begun.add(key)
        version = self.terms(workflow, deployment=deployment).version
        with self._database.read() as session:
            row = kept.newest_of_version(session, team=self._team, workflow=workflow.name, version=version)
            is_signed = row is not None and row.signed_by is not None
        status = CharterStatus(is_signed=is_signed, missing=missing_in(workflow))
        if is_signed or not workflow.goes_alone:
            self._settled[key] = status
        return status

    def begin(self, workflow: AnyWorkflow) -> None:
        """Keep a workflow's terms, where they are others than the newest, and have its people told.

        Raise `store.db.database.Unavailable`.
        """
        with self._database.read() as session:
            live = deployments.live_of(session, workflow.name, team=self._team)
        deployment = live.id if live is not None else None
        terms = self.terms(workflow, deployment=deployment)
        for _ in range(_TRIES):
            with self._database.read() as session:
                newest = kept.newest(session, team=self._team, workflow=workflow.name)
                if newest is not None and newest.version == terms.version:
                    break
            try:
                with self._database.write() as session:
                    if self._keep(session, workflow, terms, at=self._clock()):
                        break
            except IntegrityError:
                # Another process added the workflow at the same time.
                log.info("terms.raced", workflow=workflow.name)
        else:
            raise AssertionError(f"terms of {workflow.name} could not be numbered")
        self._begun.add(self._key(workflow, deployment))

    def _key(self, workflow: AnyWorkflow, deployment: int | None) -> _Key:
        return workflow.name, self._versions.uses_files(workflow, live=deployment)

    def _keep(self, session: Session, workflow: AnyWorkflow, terms: Terms, *, at: datetime) -> bool:
        """Add a row for new terms; False where another process has just added one."""
        team, name = self._team, workflow.name
        newest = kept.newest(session, team=team, workflow=name)
        if newest is not None and newest.version == terms.version:
            return True
        row_of = teams.workflow_id(session, team=team, name=name, options=None, at=at)
        last = kept.last_signed(session, team=team, workflow=name)
        widens = widened(last.parts, terms.parts) if last is not None else list(RULES)
        is_persons = kept.was_signed(session, team=team, workflow=row_of, hows=BY_PEOPLE)
        signature = _signature(workflow, last, widens=bool(widens), is_persons=is_persons, at=at)
        number = newest.number + 1 if newest is not None else 1
        added = kept.add(
            session,
            team=team,
            workflow=row_of,
            number=number,
            version=terms.version,
            parts=dict(terms.parts),
            code_version=self._registry.code_version(workflow),
            seen_at=at,
            widens=widens if last is not None else [],
            **signature,
        )
        if added is None:
            return False
        audit.record(
            session,
            team=team,
            at=at,
            actor=SYSTEM,
            action="terms.changed" if newest is not None else "terms.begun",
            subject=SubjectKind.WORKFLOW.of(row_of),
            case=None,
            details={"terms": terms.version, "number": number, "signed": signature["signed_how"]},
        )
        if newest is not None:
            notices.terms_changed(session, workflow.review, team=team, workflow=row_of, terms=added, at=at)
        return True


def _signature(
    workflow: AnyWorkflow, last: schema.TermsRow | None, *, widens: bool, is_persons: bool, at: datetime
) -> dict[str, Any]:  # Any: columns of a row
    """Return under which signature new terms begin. `last`: the newest terms that are signed. `is_persons`: a person
    signed terms of it before.
    """
    if workflow.is_sample and not is_persons:
        return {"signed_by": SYSTEM, "signed_at": at, "signed_how": How.SAMPLE.value}
    # What was a sample until now, no person has signed.
    if last is None or widens or last.signed_how == How.SAMPLE:
        return {"signed_by": None, "signed_at": None, "signed_how": None}
    return {
        "signed_by": last.signed_by,
        "signed_at": last.signed_at,
        "signed_how": How.KEPT.value,
        "exception": last.exception,
    }
