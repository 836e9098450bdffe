"""Values as text: one canonical JSON, text made safe to show, the fields of a form and their entries.

In: values and types. Out: strings, and values read back from them. Pure: nothing here knows cases, the database or
workflows. Every other room of the engine may import it.
"""
