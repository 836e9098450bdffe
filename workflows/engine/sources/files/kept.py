"""Sources that are files: how each is read is kept, so that the next export needs no options."""

from collections.abc import Mapping

from store import schema
from store.governance import audit
from store.sources import sources
from store.states import SourceKind
from store.subjects import SubjectKind
from workflows.engine.case.files.columns import reading_for
from workflows.engine.case.files.rows import Reading
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, Refused, Unknown
from workflows.engine.sources.programs.settings import FileSettings, checked, refuse_name


def settings_for(
    context: Context, name: str, workflow: AnyWorkflow, *, named: Mapping[str, str] | None, encoding: str | None
) -> FileSettings:
    """Return how a file of a source is read: as given now, and where nothing was given, as kept.

    `named`: field -> column; None: not given. Raise `Unknown` where nothing is kept and nothing was given, and
    `Refused` for a source of another workflow.
    """
    refuse_name(name)
    with context.database.read() as session:
        row = sources.named(session, team=context.team, kind=SourceKind.FILE, name=name)
    if row is None:
        if named is None and encoding is None:
            raise Unknown(
                f"there is no source {name} of files yet; give --map FIELD=COLUMN, or --encoding, once with it: they "
                "are kept for the next file"
            )
        return checked(FileSettings, {"workflow": workflow.name, "named": dict(named or {}), "encoding": encoding})
    kept = settings_of(row)
    if kept.workflow != workflow.name:
        raise Refused(f"the source {name} is of the workflow {kept.workflow}, not of {workflow.name}")
    changed = {"named": dict(named)} if named is not None else {}
    return checked(FileSettings, kept.model_dump() | changed | ({"encoding": encoding} if encoding else {}))


def reading_of(workflow: AnyWorkflow, name: str, settings: FileSettings) -> Reading:
    """Return how a file of a source is read. Raise `InvalidInput` where its workflow has no such field any more."""
    try:
        return reading_for(workflow, named=settings.named, encoding=settings.encoding)
    except InvalidInput as error:
        raise InvalidInput(f"the source {name}: {error}") from None


def keep(context: Context, name: str, settings: FileSettings, *, by: str) -> bool:
    """Keep how the files of a source are read; False where that is kept already."""
    team = context.team
    with context.database.read() as session:
        row = sources.named(session, team=team, kind=SourceKind.FILE, name=name)
    if row is not None and settings_of(row) == settings:
        return False
    with context.database.write() as session:
        at = context.clock()
        source = sources.named_or_new(session, team=team, kind=SourceKind.FILE, name=name, by=by, at=at)
        sources.change(session, source, team=team, settings=settings.model_dump(mode="json"))
        audit.record(
            session,
            team=team,
            at=at,
            actor=by,
            action="source.added" if row is None else "source.changed",
            subject=SubjectKind.SOURCE.of(source),
            case=None,
            details={
                "source": name,
                "workflow": settings.workflow,
                "mapped": ", ".join(sorted(settings.named)),
                "encoding": settings.encoding,
            },
        )
    return True


def listed(context: Context) -> Mapping[str, FileSettings]:
    """Return how the files of each source are read, by its name."""
    with context.database.read() as session:
        found = sources.listed(session, team=context.team, kind=SourceKind.FILE)
    return {row.name: settings_of(row) for row in found}


def settings_of(row: schema.Source) -> FileSettings:
    """Return the settings of a source of this kind."""
    return FileSettings.model_validate(row.settings)
