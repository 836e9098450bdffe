"""The digests that this installation wants: when each is made, about what, and where it is posted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.serve.schedule import Daily, day_of_last_slot
from bot.settings import Settings
from store.faces import AUDIT, LEADS
from workflows.engine.context import Context
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.making import is_missing, make
from workflows.engine.digests.names import JobName


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A digest that is made again and again."""

    job: str
    at: time
    workflow: str | None
    """Name of the only workflow that it is about; None: all."""
    channel: str

    @property
    def name(self) -> str:
        """Its name, with that of its workflow."""
        return self.job if self.workflow is None else f"{self.job}/{self.workflow}"


def planned(settings: Settings, *, known: Collection[str]) -> Sequence[Planned]:
    """Return the digests that the settings ask for, in the order in which they are posted.

    `known`: names of the workflows. A digest about any other one is not made; `doctor` says so.
    """
    found = []
    for job in JOBS.values():
        at = settings.digests.get(job.name, settings.digest_at)
        if at == "off" or _is_nowhere(settings, job.name):
            continue
        when = time.fromisoformat(at)
        places: dict[str | None, str] = {None: place_of(settings, job.name, None)}
        of_one = f"{job.name}/"
        places |= {
            name.removeprefix(of_one): channel
            for name, channel in settings.digest_to.items()
            if name.startswith(of_one) and name.removeprefix(of_one) in known
        }
        found += [
            Planned(job=job.name, at=when, workflow=workflow, channel=channel) for workflow, channel in places.items()
        ]
    return found


def place_of(settings: Settings, job: str, workflow: str | None) -> str:
    """Return the channel, or the role of one, where a digest is posted."""
    general = settings.digest_to.get(job, AUDIT if job == JobName.SEAL else LEADS)
    return general if workflow is None else settings.digest_to.get(f"{job}/{workflow}", general)


def _is_nowhere(settings: Settings, job: str) -> bool:
    """Tell whether a digest is for a channel that an installation need not have, and this one has none."""
    return place_of(settings, job, None) == AUDIT and settings.audit_channel is None


def late(context: Context, plan: Sequence[Planned], *, zone: ZoneInfo, at: datetime) -> Sequence[str]:
    """Return the names of the digests whose time has come and that no process made."""
    return [
        one.name
        for one in plan
        if is_missing(
            context, one.job, today=day_of_last_slot(at, at=one.at, zone=zone), zone=zone, workflow=one.workflow
        )
    ]


def daily(context: Context, one: Planned, *, zone: ZoneInfo) -> Daily:
    """Return the daily job that makes a digest where a period is over."""

    def made(today: date) -> None:
        make(context, one.job, today=today, zone=zone, workflow=one.workflow, channel=one.channel)

    return Daily(name=f"digest {one.name}", at=one.at, make=made)
