"""Access: who may act here at all, who may do what with a workflow, and who is in a user group.

In: a person's id, and where they acted. Out: nothing, or a refusal that says no more than the person may know. Imports
no listener; every listener may import it, and `bot` wires it to a workspace.
"""
