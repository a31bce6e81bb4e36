import numpy as np
import pyarrow as pa

from huicheng.fusion.addresses import read_addresses
from huicheng.fusion.places import locate, majority


def flats(*texts):
    return locate(read_addresses(pa.array(texts))).flat.tolist()


def test_two_ways_of_writing_one_flat_meet_when_a_third_row_tells():
    one, other, _ = flats(
        "沈阳市皇姑区向荣东路361号2-1-1302",
        "沈阳市皇姑区书香花园2号楼1单元1302",
        "辽宁省沈阳市皇姑区向荣东路361号书香花园2号楼1单元1302室",
    )
    assert one == other != 0


def test_an_address_without_its_district_gets_it_from_the_others():
    one, other = flats("沈阳市皇姑区向荣东路361号2-1-1302", "向荣东路361号2-1-1302")
    assert one == other != 0


def test_another_room_is_another_flat():
    one, other = flats("沈阳市皇姑区向荣东路361号2-1-1302", "沈阳市皇姑区向荣东路361号2-1-1303")
    assert one != other


def test_reading_by_shape_is_reading_one_by_one():
    texts = [f"沈阳市皇姑区向荣东路{n}号{n % 7}-{n % 3}-{n % 30}0{n % 9}" for n in range(60)] + [
        "",
        None,
        "７号",
        "１单元",
        "无",
    ]
    whole = read_addresses(pa.array(texts, pa.string())).to_pylist()
    assert whole == [read_addresses(pa.array([text], pa.string())).to_pylist()[0] for text in texts]


def test_a_tie_says_nothing():
    keys, values = majority(np.array([5, 5, 6], np.uint64), np.array([1, 2, 3]), least=0.6)
    assert (keys.tolist(), values.tolist()) == ([6], [3])
