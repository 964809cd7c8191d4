"""Arrays that get longer keep their values, whoever else makes them longer."""

from __future__ import annotations

import numpy as np
import pytest

from gis_planner.model.room import put_after


@pytest.mark.parametrize("dtype", [np.float64, np.int64, bool, object])
def test_every_array_keeps_its_values_whichever_of_them_is_made_longer(dtype: type) -> None:
    random = np.random.default_rng(3)
    arrays = [np.arange(5).astype(dtype)]
    expected = [arrays[0].tolist()]
    for _ in range(300):
        row = int(random.integers(0, len(arrays))) if random.random() < 0.3 else -1
        more = random.integers(0, 9, int(random.integers(0, 4))).astype(dtype)
        arrays.append(put_after(arrays[row], more))
        expected.append(expected[row] + more.tolist())
    assert [array.tolist() for array in arrays] == expected
    assert all(array.dtype == dtype and type(array) is np.ndarray for array in arrays)


def test_the_first_to_go_on_needs_no_copy_the_second_gets_one() -> None:
    array = put_after(np.arange(10.0), np.array([10.0]))
    one = put_after(array, np.array([11.0]))
    other = put_after(array, np.array([12.0]))
    assert np.shares_memory(array, one)
    assert not np.shares_memory(array, other)
    assert (one[-1], other[-1]) == (11.0, 12.0)


def test_a_part_of_an_array_is_not_taken_for_its_beginning() -> None:
    array = put_after(np.arange(10), np.array([10]))
    for part in (array[3:], array[::2], array[:4], array[::-1]):
        longer = put_after(part, np.array([99]))
        assert longer.tolist() == [*part.tolist(), 99]
    assert array.tolist() == list(range(11))


def test_places_get_longer_too() -> None:
    xy = put_after(np.zeros((3, 2)), np.ones((1, 2)))
    more = put_after(xy, np.full((2, 2), 5.0))
    assert np.shares_memory(xy, more)
    assert more.tolist() == [[0, 0]] * 3 + [[1, 1]] + [[5, 5]] * 2
