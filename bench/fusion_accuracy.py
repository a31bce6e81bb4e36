"""How well and how fast the city is fused: its own city in a home of its own, delivered, fused, held against the truth.

python bench/fusion_accuracy.py [RESIDENTS]
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.management import call_command
from measuring.home import HOME

from huicheng.exchange import api as exchange
from huicheng.fusion import api as fusion
from huicheng.ground.api import acting_as, system_actor
from huicheng.lake import api as lake
from huicheng.sandbox import api as sandbox


def deliver(city: Path) -> None:
    for name in sandbox.LAYOUTS:
        path = next((city / "extracts").glob(f"{name}.*"))
        if path.suffix == ".sqlite":
            exchange.deliver(name, f"sqlite:///{path}", query="SELECT * FROM taxpayers")
        else:
            exchange.deliver(name, path)


def two_codes(links: pa.Table, truth: Path, kind: str) -> int:
    """Clusters in which two different standing codes were both accepted. A house is linked by its address, so that
    each of its rows' codes counts; a person's or firm's row that came by evidence bears somebody else's."""
    keys = pq.read_table(truth / f"{kind}_rows.parquet", columns=["resource", "row", "valid_code"])
    own = pc.is_in(links["rule"], pa.array(["code", "alone", "gathered"]))
    kept = links if kind == "houses" else links.filter(own)
    kept = kept.filter(pc.is_valid(kept["base_id"]))
    both = kept.join(keys, ["resource", "row"])
    some = both.filter(pc.greater(both["valid_code"], 0)).group_by(["base_id", "valid_code"]).aggregate([])
    counts = some.group_by("base_id").aggregate([("valid_code", "count")])["valid_code_count"].to_numpy()
    return int(np.sum(counts > 1))


def show(run: fusion.FusionRun, truth: Path) -> None:
    for kind, one in run.figures.items():
        links = lake.read(f"base.{kind}_links").read_all()
        got = sandbox.evaluate(links, truth, kind=kind, count_absent=False)
        print(f"{kind}: {one['rows']:,} rows -> {one['entities']:,} entities; link {one['link']['seconds']}")
        print(
            f"  pairwise P {got.precision:.5f} R {got.recall:.5f} F1 {got.f1:.5f}; exact clusters F1 {got.exact_f1:.5f}; "
            f"largest {got.largest}; two accepted codes {two_codes(links, truth, kind)}; "
            f"garbage beside real rows {got.garbage_attached}"
        )
        strict = sandbox.evaluate(links, truth, kind=kind)
        print(
            f"  counting the {got.absent} real rows that were refused or left unlinked: pairwise F1 {strict.f1:.5f}, "
            f"exact clusters F1 {strict.exact_f1:.5f}"
        )
        print(f"  waterfall {one['link']['waterfall']}; for review {one['link'].get('review', 0)}")


def show_relations(truth: Path) -> None:
    """Every kind of tie, and within it every kind of evidence."""
    engine = lake.connection()
    engine.register("ties", lake.read("base.relations").read_all())
    linked = []
    for kind, name in (("people", "person_id"), ("firms", "firm_id"), ("houses", "house_id")):
        engine.register(kind, pq.read_table(truth / f"{kind}.parquet"))
        links = lake.read(f"base.{kind}_links", columns=["resource", "row", "base_id"]).read_all()
        rows = pq.read_table(truth / f"{kind}_rows.parquet", columns=["resource", "row", name])
        both = links.filter(pc.is_valid(links["base_id"])).join(rows, ["resource", "row"])
        both = both.append_column("kind", pa.repeat(pa.scalar(kind), both.num_rows))
        linked.append(both.rename_columns({name: "entity"}))
    engine.register("linked", pa.concat_tables(linked))
    print("relation, evidence: ties, precision, recall among those in the registers")
    answer = engine.sql(Path(__file__).with_name("relations.sql").read_text("utf-8")).fetchall()
    for relation, evidence, ties, precision, recall in answer:
        print(f"  {relation:24} {evidence or 'all':22} {ties:>9,} P {precision:.4f} R {recall:.4f}")


def main(residents: int) -> None:
    city = HOME / "sandbox" / "bench"
    call_command("migrate", verbosity=0, interactive=False)
    exchange.sync_declared()
    clock = time.monotonic()
    sandbox.build(city, residents=residents)
    print(f"city of {residents:,} built in {time.monotonic() - clock:.1f} s")
    clock = time.monotonic()
    with acting_as(system_actor("bench")):
        deliver(city)
    print(f"delivered in {time.monotonic() - clock:.1f} s")
    clock, processor = time.monotonic(), time.process_time()
    run = fusion.fuse()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    busy = time.process_time() - processor
    print(
        f"fused in {time.monotonic() - clock:.1f} s, {busy:.1f} s of processor, peak RSS {peak:.2f} GB; stages {run.stages}"
    )
    show(run, city / "truth")
    show_relations(city / "truth")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
