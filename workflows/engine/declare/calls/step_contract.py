"""The contract of a step: what its annotations say about its arguments and its result.

A system that changes its requests or answers is noticed here, at the call, and not later in a person's decision.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from inspect import BoundArguments, Parameter, Signature, signature
from typing import Any, get_type_hints

from pydantic import InstanceOf, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError

from workflows.errors import BadDeclaration, InputBroken, OutputBroken
from workflows.tools.contracts import complaint


class Shape:
    """The arguments that one step takes and the result that it gives."""

    def __init__(self, step: str, function: Callable[..., object]) -> None:
        self._step = step
        self._function = function

    def bind(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> BoundArguments:
        """Return the arguments by name, with the defaults. Raise `TypeError` for a call that the function does not
        take.
        """
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound

    def check(self, bound: BoundArguments) -> None:
        """Convert the arguments to the annotated types. Raise `InputBroken` where they do not fit."""
        for name, parameter in self._signature.parameters.items():
            form, given = self._arguments[name], bound.arguments[name]
            try:
                if parameter.kind is Parameter.VAR_POSITIONAL:
                    value: object = tuple(form.validate_python(each) for each in given)
                elif parameter.kind is Parameter.VAR_KEYWORD:
                    value = {key: form.validate_python(each) for key, each in given.items()}
                else:
                    value = given if given is parameter.default else form.validate_python(given)
            except ValidationError as error:
                raise self._input_broken(name, given, form, error) from None
            bound.arguments[name] = value

    def _input_broken(self, name: str, given: object, form: TypeAdapter[Any], error: ValidationError) -> InputBroken:
        found = complaint(error, lambda: given, form.validate_python)
        return InputBroken(f"the step {self._step} is called with another {name} than it takes: {found}")

    def checked_result(self, result: object) -> Any:
        """Return the result in the annotated type. Raise `OutputBroken` where it does not fit. Any: that type."""
        try:
            return self.result.validate_python(result)
        except ValidationError as error:
            found = complaint(error, lambda: result, self.result.validate_python)
            raise OutputBroken(f"the step {self._step} returns another type than it declares: {found}") from None

    # Annotations are looked up at the first call, when names that a module defines further down exist.

    @cached_property
    def result(self) -> TypeAdapter[Any]:
        """Reader of a result; Any: the step's own return type."""
        return _form(self._hints.get("return", Any))

    @cached_property
    def _arguments(self) -> Mapping[str, TypeAdapter[Any]]:
        return {name: _form(self._hints.get(name, Any)) for name in self._signature.parameters}

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        try:
            return get_type_hints(self._function, include_extras=True)
        except NameError as error:
            raise BadDeclaration(
                f"step {self._step}: its annotations name a type that cannot be found when it runs: {error}"
            ) from error

    @cached_property
    def _signature(self) -> Signature:
        return signature(self._function)


def _form(annotation: Any) -> TypeAdapter[Any]:
    """Return an adapter for an annotation. For a class that pydantic does not know, it only checks the instance."""
    try:
        return TypeAdapter(annotation)
    except PydanticSchemaGenerationError:
        return TypeAdapter(InstanceOf[annotation] if isinstance(annotation, type) else Any)
