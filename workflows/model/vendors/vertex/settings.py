"""Settings for Vertex AI. The credentials are Google's own, and its library finds them."""

from pydantic import Field, model_validator

from workflows.model.vendors.declaration import VendorSettings

DEFAULT_MODEL = "claude-haiku-5-5"
GLOBAL = "global"
"""The region that means any."""


class VertexSettings(VendorSettings):
    """The project, the region and the model."""

    project: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9.:-]{1,100}$")
    """The project that pays."""
    region: str | None = Field(default=None, pattern=r"^[a-z0-9-]{2,40}$")
    """Place where the model is asked: a region such as europe-west1, eu or us for any there, global for any at all."""
    model: str = DEFAULT_MODEL
    """Model for prompts that name none."""

    @model_validator(mode="after")
    def _whole(self) -> "VertexSettings":
        if self.project is not None and self.region is None:
            raise ValueError("COUNTERSIGN_VERTEX_REGION has to be set with COUNTERSIGN_VERTEX_PROJECT")
        return self
