"""Terms and charters: a workflow in plain words, all that changes its behaviour, and its owner's signature.

In: a declaration, and the model that is asked. Out: the terms, what they widen, and whether they are signed. Imported
by the runner, which lets nothing go alone without a signature, and by what reads charters and changes.
"""
