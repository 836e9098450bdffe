"""Settings for Amazon Bedrock."""

from pydantic import Field, SecretStr, model_validator

from workflows.model.vendors.declaration import VendorSettings

DEFAULT_MODEL = "anthropic.claude-haiku-5-5"
"""The name of a model that answers in the region itself."""


class BedrockSettings(VendorSettings):
    """The region, the credentials and the model."""

    region: str | None = Field(default=None, pattern=r"^[a-z0-9-]{2,40}$")
    """Region in which the model is asked, such as eu-central-1."""
    model: str = DEFAULT_MODEL
    """Model for prompts that name none: a model's id, or that of an inference profile."""
    profile: str | None = None
    """Profile in the AWS files; None: the usual one, or the role of the machine."""
    api_key: SecretStr | None = Field(default=None, validation_alias="AWS_BEARER_TOKEN_BEDROCK")
    """A key for Bedrock. None: requests are signed with AWS credentials."""
    access_key: SecretStr | None = Field(default=None, validation_alias="AWS_ACCESS_KEY_ID")
    secret_key: SecretStr | None = Field(default=None, validation_alias="AWS_SECRET_ACCESS_KEY")
    session_token: SecretStr | None = Field(default=None, validation_alias="AWS_SESSION_TOKEN")

    @model_validator(mode="after")
    def _whole(self) -> "BedrockSettings":
        # These variables are also meant for others, so they are no error where Bedrock is not asked.
        if self.region is not None and (self.access_key is None) != (self.secret_key is None):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY have to be set together")
        return self
