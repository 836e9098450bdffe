"""What people call the fields of a form: their titles, or their names as words."""

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def titled(name: str, info: FieldInfo | None) -> str:
    """What stands above a field's input, and in every text that names it."""
    return (info.title if info is not None else None) or name.replace("_", " ").capitalize()


def label_of(form: type[BaseModel], field: str) -> str:
    """What a field of a form is called; a name that is no field's, as words."""
    return titled(field, form.model_fields.get(field))
