"""Settings of an operator, from the environment or a file (`bot.settings_file`). Nothing else reads the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot import settings_file
from workflows.complaints import all_complaints
from workflows.engine.context import QUEUE_LIMIT
from workflows.engine.declare.versions import From
from workflows.engine.digests.names import JobName
from workflows.engine.proof.keys import BadKey, SigningKey, signing_key
from workflows.engine.sources.told.webhook_secrets import webhook_keys
from workflows.model.addresses import safe_url
from workflows.model.choice import AUTO, LOCAL, ModelSettings
from workflows.model.concurrency import AT_ONCE
from workflows.model.prices import OwnPrice
from workflows.model.vendors.declaration import VendorSettings
from workflows.model.vendors.registry import vendors

_DEAREST = 100_000
"""Bound on a price: US dollars for a million tokens; no model costs as much."""


class SettingsUnusable(ValueError):
    """A setting has an impossible value. The message names it."""


def settings() -> "Settings":
    """Return the present settings. Raise `SettingsUnusable`."""
    return _read(settings_file.located, {})


def settings_with(file: Path, more: Mapping[str, str]) -> "Settings":
    """Return the settings as they would be with more lines in a file. Raise `SettingsUnusable`."""
    return _read(lambda: file, more)


def _read(located: Callable[[], Path | None], more: Mapping[str, str]) -> "Settings":
    try:
        file = located()
        if file is None:
            return Settings()
        values = settings_file.read(file, more)
        return _with_file(Settings, values).with_vendors(of_vendors(lambda part: _with_file(part, values)))
    except ValidationError as error:
        raise SettingsUnusable(all_complaints(error)) from error
    except settings_file.EnvFileUnusable as error:
        raise SettingsUnusable(str(error)) from error


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Settings(BaseSettings):
    """All settings. Each is named in the reference, with its default."""

    model_config = SettingsConfigDict(env_prefix="COUNTERSIGN_", extra="ignore", frozen=True)

    database_url: str = "sqlite:///countersign.sqlite"
    """URL of the database: `sqlite:///FILE` or `postgresql://...`."""
    documents: Path | None = None
    """Folder for the documents of cases; None: beside a SQLite file, and with PostgreSQL none is taken."""
    model: str = AUTO
    """The model that proposes: auto, local, or a vendor's name. auto: a vendor where there is a key for one and the
    workflow has a prompt, else the local classifier.
    """
    prompts: From | None = None
    """Source of prompts, and of all else that makes up a version. files: from the files, whatever is deployed, for
    development; deployed: only what is deployed is used. None: what is deployed; before anything of a workflow is, its
    files with SQLite, and those of a shipped example.
    """
    embedding: Path | None = None
    """Folder with an embedding, which the local model learns with; None: it learns from words and letters alone."""
    model_at_once: int = Field(default=AT_ONCE, ge=1, le=1000)
    """Number of questions to one model at once, in this process."""
    model_per_minute: int | None = Field(default=None, ge=1)
    """Number of questions to one model that begin in any minute, in this process; None: no limit."""
    model_prices: Annotated[Mapping[str, OwnPrice], NoDecode] = Field(default_factory=dict)
    """Prices of models of your own, in US dollars for a million tokens read and written."""
    model_timeout: float | None = Field(default=None, ge=1, le=3_600)
    """Seconds without a byte of an answer after which a request is given up; None: by the number of its tokens."""
    model_states_form: bool = False
    """True to put the form of the answer into the prompt, for a server that does not enforce it."""
    sample_answers: bool = False
    """True to show answers written by hand, marked as such, for a workflow that brings some, where there is no key."""
    workflows: Annotated[tuple[str, ...], NoDecode] = ()
    """Files with workflows of your own, separated by commas."""
    threads: int = Field(default=8, ge=1, le=64)
    """Number of cases that are worked on at once."""
    queue_limit: int = Field(default=QUEUE_LIMIT, ge=1, le=1_000_000_000)
    """Number of cases that may be in the queue; more are refused. Those that wait for people do not count."""
    health: str = "127.0.0.1:8479"
    """Address where `serve` answers /healthz and /readyz, as HOST:PORT; `off` for none."""
    metrics: bool = True
    """True to answer /metrics there too, for Prometheus."""
    frozen_seconds: float = Field(default=60.0, ge=0, le=86_400)
    """Seconds without any Python code running after which the process ends with 1, to be started again; 0: never."""
    api: str = "off"
    """Address where `serve` answers the HTTP API, as HOST:PORT, such as 127.0.0.1:8481; `off` for none."""
    slack_http: str = "off"
    """Address where `serve` hears Slack over HTTP, as HOST:PORT; `off`: Slack is heard over Socket Mode."""
    api_key: SecretStr | None = None
    """Key of the source that `mcp` calls as, on standard input and output."""
    log_level: Literal["auto", "off", "debug", "info", "warning", "error"] = "auto"
    """Level of the logs. auto: info for `serve`, off for all other commands, which print their errors themselves."""
    post_to: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    """Workflow -> channel for its cards, instead of the declared one."""
    reviewers: Annotated[Mapping[str, tuple[str, ...]], NoDecode] = Field(default_factory=dict)
    """Workflow -> user ids or user groups who may decide, instead of the declared ones."""
    backups: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    """Workflow -> user id of the person who stands in for its owner, instead of the declared one."""
    engineers: Annotated[tuple[str, ...], NoDecode] = ()
    """User ids or user groups who may run cases again and read them."""
    leads: Annotated[tuple[str, ...], NoDecode] = ()
    """User ids or user groups who may choose, once a week, whether a workflow is to expand, hold or stop."""
    failures_channel: str | None = None
    leads_channel: str | None = None
    audit_channel: str | None = None
    """Channel to which the head of the sealed audit is posted each day; None: it is not posted."""
    seal_key: SecretStr | None = None
    """Key that signs the heads of the sealed audit: 32 bytes, as hex digits or base64."""
    seal_key_file: Path | None = None
    """File with that key, in place of `seal_key`."""
    seal_heads: Path | None = None
    """File to which the heads of the sealed audit are added."""
    webhook_key: SecretStr | None = None
    """Key from which the secrets that sign webhooks are derived: 32 bytes, as hex digits or base64. The former one
    stands after a comma while it is replaced. None: no webhook is sent.
    """
    token_keys: SecretStr | None = None
    """Keys that encrypt the tokens of workspaces, separated by commas, the one that encrypts first; the others are
    there until `countersign workspace rotate` has encrypted all tokens anew.
    """
    token_keys_file: Path | None = None
    """File with these keys, one in a line, in place of `token_keys`; it is read again when it changes."""
    install: str = "off"
    """Address where `serve` answers those who install the app, as HOST:PORT; `off`: nobody can."""
    install_url: str | None = None
    """Address at which browsers reach that, such as https://countersign.example.com; no other Host is answered."""
    workspaces: Path | None = None
    """Folder with a file of settings for each workspace, `T0123.env`: its channels, reviewers and digests."""
    workspace: str | None = None
    """The workspace, by its id, that a command works on where there are several."""
    digest_at: str = "08:00"
    """Time at which digests are posted, HH:MM in `timezone`."""
    digests: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    """Digest -> its own time, or `off`."""
    digest_to: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    """Digest -> its channel in place of `leads_channel`; `DIGEST/WORKFLOW` -> the channel of one about that workflow
    alone, which is made beside the one about all.
    """
    personal_figures: bool = False
    """True to answer `/countersign mine`: what a person decided and how long it took, to that person alone."""
    timezone: str = "UTC"
    """Name in the IANA database, such as Europe/Berlin."""
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_SIGNING_SECRET")
    """The app's signing secret. The former one stands after a comma while it is replaced."""
    slack_client_id: str | None = Field(default=None, validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_CLIENT_SECRET")
    """With the client id: the app is installed in workspaces over OAuth, and `serve` serves all of them."""
    slack_api_url: str = Field(default="https://slack.com/api/", validation_alias="SLACK_API_URL")
    spans_content: bool = False
    """True to put content of cases into spans, as far as a channel may be shown it."""
    # OpenTelemetry's own names. What is wrong with them keeps nothing from starting: they may be meant for others.
    otel_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otel_traces_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    otel_headers: SecretStr | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_HEADERS")
    otel_traces_headers: SecretStr | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_HEADERS")
    otel_protocol: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_PROTOCOL")
    otel_traces_protocol: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
    otel_traces_exporter: str = Field(default="", validation_alias="OTEL_TRACES_EXPORTER")
    otel_sdk_disabled: str = Field(default="", validation_alias="OTEL_SDK_DISABLED")
    otel_service_name: str = Field(default="", validation_alias="OTEL_SERVICE_NAME")
    _vendors: Mapping[str, VendorSettings] = PrivateAttr(default_factory=lambda: of_vendors(lambda part: part()))

    @property
    def vendors(self) -> Mapping[str, VendorSettings]:
        """The settings of each vendor, by its name: from the same places, in a form of the vendor's own."""
        return self._vendors

    def with_vendors(self, vendors: Mapping[str, VendorSettings]) -> "Settings":
        """These settings, with that said of vendors and nothing else."""
        copy = self.model_copy()
        copy._vendors = vendors
        return copy

    def but(self, **changed: object) -> "Settings":
        """These settings, with others for some fields, which were checked before."""
        return self.model_copy(update=changed)

    @property
    def serves_several(self) -> bool:
        """True if `serve` serves each workspace in which the app was installed, and no token names the only one."""
        return self.slack_bot_token is None and self.slack_client_id is not None

    @property
    def for_models(self) -> ModelSettings:
        """All that is said about models."""
        return ModelSettings(
            wanted=self.model,
            vendors=self.vendors,
            at_once=self.model_at_once,
            per_minute=self.model_per_minute,
            prices=self.model_prices,
            timeout=self.model_timeout,
            states_form=self.model_states_form,
            sample_answers=self.sample_answers,
            embedding=self.embedding,
        )

    @field_validator(
        "prompts",
        "model_per_minute",
        "model_timeout",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_client_id",
        "slack_client_secret",
        "otel_headers",
        "otel_traces_headers",
        "documents",
        "embedding",
        "failures_channel",
        "leads_channel",
        "audit_channel",
        "api_key",
        "seal_key",
        "seal_key_file",
        "seal_heads",
        "webhook_key",
        "token_keys",
        "token_keys_file",
        "install_url",
        "workspaces",
        "workspace",
        mode="before",
    )
    @classmethod
    def _unset(cls, value: object) -> object:
        # CI and containers often pass an empty variable where a secret is not set.
        return None if value == "" else value

    @field_validator("seal_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            signing_key(value.get_secret_value())
        return value

    @field_validator("webhook_key")
    @classmethod
    def _are_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            webhook_keys(value.get_secret_value())
        return value

    @property
    def webhook_keys(self) -> tuple[bytes, ...] | None:
        """The keys from which the secrets of webhooks are derived, the present one first; None where none is set."""
        return None if self.webhook_key is None else webhook_keys(self.webhook_key.get_secret_value())

    def signing_key(self) -> SigningKey | None:
        """Return the key that signs heads; None where none is set. Raise `SettingsUnusable` for a file without one."""
        if self.seal_key is not None:
            return signing_key(self.seal_key.get_secret_value())
        if self.seal_key_file is None:
            return None
        try:
            return signing_key(self.seal_key_file.read_text(encoding="ascii"))
        except OSError as error:
            raise SettingsUnusable(f"COUNTERSIGN_SEAL_KEY_FILE {self.seal_key_file}: {error.strerror}") from error
        except ValueError as error:
            # The message quotes nothing of the file.
            said = str(error) if isinstance(error, BadKey) else "a key is 64 hex digits, or base64"
            raise SettingsUnusable(f"COUNTERSIGN_SEAL_KEY_FILE {self.seal_key_file}: {said}") from None

    @field_validator("model")
    @classmethod
    def _known_model(cls, value: str) -> str:
        known = (AUTO, LOCAL, *vendors())
        if value not in known:
            raise ValueError(f"has to be one of {', '.join(known)}")
        return value

    @field_validator("workflows", "engineers", "leads", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("model_prices", mode="before")
    @classmethod
    def _prices(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return {model: _own_price(each) for model, each in _pairs(value, "MODEL=READ/WRITTEN")}

    @field_validator("digests", mode="before")
    @classmethod
    def _digest_times(cls, value: object) -> object:
        times = dict(_pairs(value, "DIGEST=HH:MM, or DIGEST=off")) if isinstance(value, str) else value
        return {_digest(name): _time_or_off(at) for name, at in times.items()} if isinstance(times, Mapping) else times

    @field_validator("digest_to", mode="before")
    @classmethod
    def _digest_channels(cls, value: object) -> object:
        form = "DIGEST=CHANNEL, or DIGEST/WORKFLOW=CHANNEL"
        places = dict(_pairs(value, form)) if isinstance(value, str) else value
        for name in places if isinstance(places, Mapping) else ():
            _digest(name.partition("/")[0])
        return places

    @field_validator("post_to", "backups", mode="before")
    @classmethod
    def _by_workflow(cls, value: object) -> object:
        return dict(_pairs(value)) if isinstance(value, str) else value

    @field_validator("reviewers", mode="before")
    @classmethod
    def _people(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return {workflow: tuple(who.strip() for who in people.split("+")) for workflow, people in _pairs(value)}

    @field_validator("health", "api", "slack_http", "install")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value != "off" and not (host and port.isascii() and port.isdigit() and int(port) < 65_536):
            raise ValueError("has to be HOST:PORT, or off")
        return value

    @property
    def health_address(self) -> Address | None:
        """Address of /healthz and /readyz; None for none."""
        return _address(self.health)

    @property
    def api_address(self) -> Address | None:
        """Address of the HTTP API; None for none."""
        return _address(self.api)

    @property
    def slack_http_address(self) -> Address | None:
        """Address where Slack is heard over HTTP; None for Socket Mode."""
        return _address(self.slack_http)

    @property
    def install_address(self) -> Address | None:
        """Address where those who install the app are answered; None for none."""
        return _address(self.install)

    @field_validator("install_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = urlsplit(value.rstrip("/").lower())
        here = url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")
        plain = url.geturl() == f"{url.scheme}://{url.netloc}" and "@" not in url.netloc
        if not url.hostname or not plain or not (url.scheme == "https" or here):
            raise ValueError("has to be https://HOST and nothing more; on this machine alone, to try it, http")
        return url.geturl()

    @field_validator("digest_at")
    @classmethod
    def _time_of_digests(cls, value: str) -> str:
        return _time_of_day(value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError):
            raise ValueError("has to be a time zone such as Europe/Berlin or UTC") from None

    @field_validator("slack_api_url", mode="before")
    @classmethod
    def _slack_url(cls, value: object) -> object:
        if not isinstance(value, str) or not value:
            return "https://slack.com/api/"
        return safe_url(value).rstrip("/") + "/"


def _time_of_day(text: str) -> str:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise ValueError("has to be a time of day, HH:MM") from None
    if found.tzinfo is not None:
        raise ValueError("has to be a time of day, HH:MM, without a zone: it is in that of COUNTERSIGN_TIMEZONE")
    return f"{found:%H:%M}"


def _time_or_off(text: str) -> str:
    return text if text == "off" else _time_of_day(text)


def _digest(name: str) -> str:
    """Return the name of a digest. Raise `ValueError` where there is none."""
    known = list(JobName)
    if name not in known:
        raise ValueError(f"{name!r} is not a digest; there are {', '.join(known)}")
    return name


def _address(text: str) -> Address | None:
    host, _, port = text.rpartition(":")
    return None if text == "off" else Address(host=host.strip("[]"), port=int(port))


PartT = TypeVar("PartT", bound=BaseSettings)


def of_values(part: type[PartT], values: Mapping[str, str]) -> PartT:
    """Return the settings that a file says, whatever the environment says."""
    return _with_file(part, values, alone=True)


def _with_file(part: type[PartT], values: Mapping[str, str], *, alone: bool = False) -> PartT:
    """Return the settings of the environment, completed by those of a file that was read.

    `alone`: only those of the file.
    """

    class OfFile(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return values

    class WithFile(part):  # type: ignore[valid-type, misc]  # a class of settings among others
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            of_file = OfFile(settings_cls)
            return (of_file,) if alone else (env_settings, of_file)

    found: PartT = WithFile()
    return found


def of_vendors(read: Callable[[type[BaseSettings]], BaseSettings]) -> Mapping[str, VendorSettings]:
    """Return the settings of each vendor. `read`: makes a class of settings from where they are read."""
    found: dict[str, VendorSettings] = {}
    for name, vendor in vendors().items():

        class Part(vendor.settings, BaseSettings):  # type: ignore[name-defined, misc]  # the vendor's own class
            model_config = SettingsConfigDict(env_prefix=f"COUNTERSIGN_{name.upper()}_")

        part: object = read(Part)
        assert isinstance(part, VendorSettings)
        found[name] = part
    return found


def _own_price(text: str) -> OwnPrice:
    """Return a price. Raise `ValueError` for a text that is none."""
    try:
        read, written = (Decimal(part.strip()) for part in text.split("/"))
    except (ValueError, InvalidOperation):
        read = written = Decimal("NaN")
    if not all(price.is_finite() and 0 <= price <= _DEAREST for price in (read, written)):
        raise ValueError(
            f"a price is US dollars for a million tokens read and written, such as 0.5/1.5 or 0/0, not {text!r}"
        )
    return OwnPrice(read=read, written=written)


def _pairs(text: str, form: str = "WORKFLOW=ID") -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not name or not value:
            raise ValueError(f"has to be {form}, separated by commas, not {part!r}")
        pairs.append((name, value))
    return pairs
