"""Finds the vendors: each folder beside this file that has a `declaration.py`."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from workflows.model import vendors as folders
from workflows.model.vendors.declaration import AnyVendor


def vendors() -> Mapping[str, AnyVendor]:
    """Return all vendors by name, in the order of their names."""
    found: dict[str, AnyVendor] = {}
    for folder in sorted(module.name for module in iter_modules(folders.__path__) if module.ispkg):
        vendor: AnyVendor = import_module(f"{folders.__name__}.{folder}.declaration").VENDOR
        if vendor.name != folder:
            raise ValueError(
                f"the vendor {vendor.name} is in a folder named {folder}; it is found by its folder's name"
            )
        found[folder] = vendor
    return found
