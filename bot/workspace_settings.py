"""Settings of one workspace among several: a file in the folder that the operator names, `T0123.env`.

It says what concerns its people and its models, in place of what the process says for all. The database, tokens and
addresses belong to the process; a file that names one is refused, as a whole, and stops this workspace alone.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot import settings_file
from bot.settings import Settings, SettingsUnusable, of_values, of_vendors
from workflows.complaints import all_complaints
from workflows.engine.text.choices import choices
from workflows.model.vendors.registry import vendors

OWN = frozenset(
    {
        "post_to",
        "reviewers",
        "backups",
        "engineers",
        "leads",
        "failures_channel",
        "leads_channel",
        "audit_channel",
        "digest_at",
        "digests",
        "digest_to",
        "timezone",
        "workflows",
        "personal_figures",
        "model",
        "model_at_once",
        "model_per_minute",
        "model_prices",
        "model_timeout",
        "model_states_form",
        "sample_answers",
        "embedding",
    }
)
"""Settings that a workspace may have for itself, beside those of the vendors of models."""
_PREFIX, _ENDING = "countersign_", ".env"


def files(settings: Settings) -> Mapping[str, Path]:
    """Return the files of settings, by the id of the workspace that each is named after.

    Raise `SettingsUnusable` where the folder that is named is not there, or may not be read.
    """
    folder = settings.workspaces
    if folder is None:
        return {}
    try:
        return {file.stem: file for file in sorted(folder.iterdir()) if file.suffix == _ENDING and file.is_file()}
    except FileNotFoundError as error:
        raise SettingsUnusable(f"COUNTERSIGN_WORKSPACES: there is no folder {folder}") from error
    except OSError as error:
        raise SettingsUnusable(f"COUNTERSIGN_WORKSPACES: {folder}: {error.strerror}") from error


def settings_of(settings: Settings, workspace: str | None, *, is_oldest: bool) -> Settings:
    """Return the settings with what a workspace has for itself. Raise `SettingsUnusable`.

    `is_oldest`: False for all but the first team of the database, whose heads of the audit get files of their own.
    """
    if workspace is None:
        return settings
    if settings.seal_heads is not None and not is_oldest:
        heads = settings.seal_heads
        settings = settings.but(seal_heads=heads.with_name(f"{heads.stem}-{workspace}{heads.suffix}"))
    file = files(settings).get(workspace)
    if file is None:
        return settings
    try:
        values = settings_file.values_in(file)
        _refuse(settings, values)
        own = of_values(Settings, values)
        changed = settings.but(**{name: getattr(own, name) for name in own.model_fields_set & OWN})
        parts = of_vendors(lambda part: of_values(part, values))
        merged = {
            name: before.model_copy(
                update={field: getattr(parts[name], field) for field in parts[name].model_fields_set}
            )
            for name, before in settings.vendors.items()
        }
        return changed.with_vendors(merged)
    except ValidationError as error:
        raise SettingsUnusable(f"{file}: {all_complaints(error)}") from error
    except (settings_file.EnvFileUnusable, SettingsUnusable) as error:
        raise SettingsUnusable(f"{file}: {error}") from error


def _refuse(settings: Settings, values: Mapping[str, str]) -> None:
    """Raise `SettingsUnusable` for a name that no workspace may set, or that is none."""
    known = {f"{_PREFIX}{name}" for name in OWN}.union(*(_of_vendor(name) for name in vendors()))
    strange = sorted(name for name in values if name not in known)
    if strange:
        name = strange[0].upper()
        is_ours = strange[0].removeprefix(_PREFIX) in Settings.model_fields or strange[0].startswith("slack_")
        if is_ours:
            raise SettingsUnusable(f"{name} belongs to the whole process, and stands in its environment or file")
        may = choices((one.upper() for one in sorted(known)), typed=name)
        raise SettingsUnusable(f"{name} is no setting; a workspace may set {may}")
    for name, vendor in vendors().items():
        variables = _of_vendor(name)
        for address, secrets in vendor.sent_to.items():
            for secret in secrets if values.get(address.lower()) else ():
                # Otherwise the file could have a key of the process sent elsewhere.
                if not values.get(secret.lower()) and getattr(
                    settings.vendors.get(name), variables[secret.lower()], None
                ):
                    raise SettingsUnusable(f"{address} is set without {secret}: a key goes with its address")


def _of_vendor(name: str) -> Mapping[str, str]:
    """Return the variables of a vendor, in small letters -> the fields that they set."""
    found = dict[str, str]()
    for field, about in vendors()[name].settings.model_fields.items():
        alias = about.validation_alias
        found[(alias if isinstance(alias, str) else f"{_PREFIX}{name}_{field}").lower()] = field
    return found
