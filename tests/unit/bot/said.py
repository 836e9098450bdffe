"""The settings of a vendor, in its own form."""

from bot.settings import Settings
from workflows.model.vendors.anthropic.settings import AnthropicSettings


def of_anthropic(settings: Settings) -> AnthropicSettings:
    """Return what they say of Anthropic."""
    said = settings.vendors["anthropic"]
    assert isinstance(said, AnthropicSettings)
    return said
