"""Labels of form fields, as people read them: their titles, or their names as words."""

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def titled(name: str, info: FieldInfo | None) -> str:
    """Return the label that stands above a field's input and in every text that names the field."""
    return (info.title if info is not None else None) or name.replace("_", " ").capitalize()


def label_of(form: type[BaseModel], field: str) -> str:
    """Return the label of a form's field. A name that is no field is returned as words."""
    return titled(field, form.model_fields.get(field))
