"""How well public labelled sets are linked through ``huicheng fuse --from``, beside the figures known of others.

python bench/linking_public.py [FOLDER]        default ../shared/data/er: febrl/*.csv, splink/historical_*.parquet

Truth is in each row's key. Others' figures (Splink 5, recordlinkage with ECM, dedupe 3 with labels) were measured on the
same files elsewhere, and are not run here.
"""

import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from measuring.home import HOME, ROOT

from huicheng.fusion import api as fusion
from huicheng.sandbox import api as sandbox

FEBRL = {
    "key": "rec_id", "given_name": "given_name", "surname": "surname", "street_number": "street_number",
    "street": "address_1", "address": "address_2", "place": "suburb", "postcode": "postcode", "state": "state",
    "birth_date": "date_of_birth", "account": "soc_sec_id",
}  # fmt: skip
HISTORY = {
    "key": "unique_id", "given_name": "first_name", "surname": "surname",
    "full_name": {"column": "full_name", "as": "words"}, "birth_date": "dob", "place": "birth_place",
    "postcode": "postcode_fake", "sex": "gender", "occupation": "occupation",
}  # fmt: skip
# Set, files, mapping, where the truth stands in the key, and the best figure known of others.
SETS = (
    ("FEBRL 4", ("febrl/dataset4a.csv", "febrl/dataset4b.csv"), FEBRL, lambda key: key.split("-")[1],
     "0.9994 recordlinkage, 0.9966 Splink"),
    ("FEBRL 3", ("febrl/dataset3.csv",), FEBRL, lambda key: key.split("-")[1],
     "0.9995 recordlinkage, 0.9938 Splink"),
    ("FEBRL 2", ("febrl/dataset2.csv",), FEBRL, lambda key: key.split("-")[1], ""),
    ("FEBRL 1", ("febrl/dataset1.csv",), FEBRL, lambda key: key.split("-")[1], ""),
    ("historical 50k", ("splink/historical_figures_with_errors_50k.parquet",), HISTORY,
     lambda key: key.rsplit("-", 1)[0], "0.828 Splink (largest 76), 0.026 recordlinkage"),
)  # fmt: skip


def judged(folder: Path, truth_of: Callable[[str], str]) -> sandbox.Scores:
    """The judge of the invented city reads rows by their place in the file."""
    links = pq.read_table(folder / "out" / "links.parquet")
    truth = pc.rank([truth_of(key) for key in links["row"].to_pylist()], tiebreaker="dense").cast(pa.int64())
    source = links["source"].to_numpy(zero_copy_only=False)
    _, first, place = np.unique(source, return_index=True, return_inverse=True)
    row = np.arange(len(source)) - first[place] + 1
    keys = {"resource": source, "row": row, "person_id": truth, "valid_code": np.zeros(len(row), np.int64)}
    pq.write_table(pa.table(keys), folder / "people_rows.parquet")
    named = pa.table({"resource": source, "row": row, "base_id": links["base_id"]})
    return sandbox.score(named, folder, kind="people")


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data" / "er"
    if not data.is_dir():
        sys.exit(f"{data} is not there: give the folder that holds febrl/ and splink/")
    print(
        "| set | rows | precision | recall | pairwise F1 | exact-cluster F1 | largest | CPU s | peak GB | others' F1 |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    for name, files, mapping, truth_of, others in SETS:
        folder = HOME / name.replace(" ", "_")
        folder.mkdir()
        for file in files:
            shutil.copy(data / file, folder)
        began = time.process_time()
        outcome = fusion.fuse_folder("people", folder, folder / "out", mapping={"*": mapping})
        cpu = time.process_time() - began
        score = judged(folder, truth_of)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"| {name} | {outcome.rows:,} | {score.precision:.5f} | {score.recall:.5f} | {score.f1:.5f} "
            f"| {score.exact_f1:.4f} | {score.largest} | {cpu:.1f} | {peak:.1f} | {others} |"
        )


main()
