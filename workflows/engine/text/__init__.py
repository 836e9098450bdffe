"""Values as text: one canonical JSON, text made safe to show, the fields of a form and what stands in them.

In: values and types. Out: strings, and values read back from them. Pure: it knows no case, no database and no
workflow. Every other room of the engine may import it.
"""
