"""A case and its runs as rows: intake, states and transitions, leases, the journal, notices.

In: inputs from any source. Out: rows that are committed, or a refusal in words. Nothing else moves a state. Imports
`text`, `declare` and the store; all rooms from `propose` upwards may import it.
"""
