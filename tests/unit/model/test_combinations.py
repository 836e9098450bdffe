"""The most likely combination of choices that nobody refused is found without looking at all of them."""

from itertools import product
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from workflows.model.local.combinations import is_last, most_likely

shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=4).map(lambda given: sorted(given, reverse=True))
fields = st.lists(shares, min_size=1, max_size=3)


@given(fields, st.data())
def test_it_is_the_best_of_the_rest(probabilities: list[list[float]], data: st.DataObject) -> None:
    every = list(product(*(range(len(field)) for field in probabilities)))
    but = data.draw(st.sets(st.sampled_from(every)))

    def joint(places: tuple[int, ...]) -> float:
        return prod(field[place] for field, place in zip(probabilities, places, strict=True))

    found = most_likely(probabilities, but=but)
    left = [places for places in every if places not in but]
    assert (found is None) == (not left)
    if found is not None:
        assert found in left
        assert joint(found) == max(map(joint, left))
    assert is_last(probabilities, but=but) == (len(left) <= 1)
