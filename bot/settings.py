"""What an operator sets, from the environment or a `.env` file. Nothing else reads the environment."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from workflows.model.anthropic import DEFAULT_MODEL


class SettingsUnusable(ValueError):
    """A setting has a value that it cannot have. The message names it."""


def settings() -> "Settings":
    """The settings as they are now. Raise `SettingsUnusable`."""
    try:
        return Settings()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        named = ", ".join(f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in details)
        raise SettingsUnusable(named) from error
    except UnicodeDecodeError as error:
        raise SettingsUnusable(f"the file .env is not UTF-8: {error.reason}") from error


class Settings(BaseSettings):
    """All settings. Each is named in the README, with its default."""

    model_config = SettingsConfigDict(env_prefix="COUNTERSIGN_", env_file=".env", extra="ignore", frozen=True)

    database_url: str = "sqlite:///countersign.sqlite"
    """Where the rows are: `sqlite:///FILE` or `postgresql://...`."""
    model: Literal["auto", "local", "anthropic"] = "auto"
    """Who proposes. auto: Anthropic where there is a key and the workflow has a prompt, else the local classifier."""
    anthropic_model: str = DEFAULT_MODEL
    workflows: Annotated[tuple[str, ...], NoDecode] = ()
    """Files with workflows of your own, separated by commas."""
    threads: int = Field(default=8, ge=1, le=64)
    """How many cases are worked on at once."""
    log_level: Literal["off", "debug", "info", "warning", "error"] = "off"
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(default=None, validation_alias="ANTHROPIC_BASE_URL")

    @field_validator("anthropic_api_key", "anthropic_base_url", mode="before")
    @classmethod
    def _unset(cls, value: object) -> object:
        # A variable is left empty where a secret is not set, in CI or in a container.
        return None if value == "" else value

    @field_validator("workflows", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
