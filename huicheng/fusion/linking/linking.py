"""The linker: codes first, then evidence for the rows that codes leave over, then what is left among itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huicheng.fusion.linking.anchoring import Anchors, anchor
from huicheng.fusion.linking.blocking import find_entities, find_peers, unique_pairs
from huicheng.fusion.linking.clustering import gather
from huicheng.fusion.linking.contradicting import Owned, to_release, unlike
from huicheng.fusion.linking.design import Comparison, Design, Levels, Rows
from huicheng.fusion.linking.keys import Flags, Groups, Ints, isin_sorted
from huicheng.fusion.linking.learning import Model, learn, untaught
from huicheng.fusion.linking.unlabelled import learn_unlabelled
from huicheng.fusion.linking.weighing import weigh

SAMPLE = 60_000
SEED = 20_240_601
RULES = ("unlinked", "code", "code_mended", "evidence", "gathered", "alone", "evidence_code_disowned")
UNLINKED, CODE, MENDED, EVIDENCE, GATHERED, ALONE, DISOWNED = range(len(RULES))
ROUNDS = 2
NEVER = -1e6  # no number of agreeing pairs makes up for it
Watch = Callable[[str], None]

_CODE = Comparison(
    "code", ("missing", "unlike", "mended"), (0.0, -3.0, 7.0), lambda rows, a, b: np.zeros(0, np.int8)
)


@dataclass
class Links:
    """`entity` numbers from 0 (-1: too little is known to make anybody of the row), `score` a chance. `codes`: the one
    standing code of each entity, 0 for those known by evidence alone. `disowned`: rows whose code is another's."""

    entity: Ints
    rule: NDArray[np.int8]
    score: NDArray[np.float32]
    disowned: Flags
    codes: Ints
    figures: dict[str, Any] = field(default_factory=dict)


class Linker:
    """One run of one design over one set of rows."""

    def __init__(self, rows: Rows, design: Design, watch: Watch = lambda stage: None) -> None:
        self.rows, self.design, self.watch = rows, design, watch
        self.figures: dict[str, Any] = {"rows": rows.size, "seconds": {}}
        self.clock = time.perf_counter()

    def done(self, stage: str) -> None:
        now = time.perf_counter()
        self.figures["seconds"][stage] = round(now - self.clock, 3)
        self.clock = now
        self.watch(stage)

    def run(self) -> Links:
        anchors = anchor(self.rows, self.design)
        self.done("codes")
        self.attach_model, self.gather_model = self.teach(anchors)
        self.done("learn")
        home = anchors.entity.copy()
        anchors.entity[anchors.doubtful] = -1
        links = Links(
            anchors.entity.copy(),
            np.where(anchors.entity >= 0, CODE, UNLINKED).astype(np.int8),
            (anchors.entity >= 0).astype(np.float32),
            anchors.disowned,
            anchors.codes,
            self.figures,
        )
        for _ in range(ROUNDS):
            self.attach(anchors, links, home)
            self.release(links)
        back = anchors.doubtful & (links.entity < 0)
        links.entity[back], links.rule[back], links.score[back] = home[back], CODE, 0.5
        self.done("attach")
        self.gather(links)
        self.done("gather")
        count = int(links.entity.max(initial=-1)) + 1
        links.codes = np.r_[anchors.codes, np.zeros(count - len(anchors.codes), np.int64)]
        own = links.codes[np.maximum(links.entity, 0)] if count else self.rows.code
        links.disowned = links.disowned | (
            (self.rows.code != 0) & (links.entity >= 0) & (self.rows.code != own)
        )
        self.summarise(links)
        return links

    # --- learning ---------------------------------------------------------------------------------------------

    def teach(self, anchors: Anchors) -> tuple[Model, Model]:
        """Take rows whose code is known, forget it, and see what evidence finds them again."""
        rng = np.random.default_rng(SEED)
        coded = np.flatnonzero((anchors.entity >= 0) & ~anchors.doubtful)
        sample = coded if len(coded) <= SAMPLE else np.sort(rng.choice(coded, SAMPLE, replace=False))
        claimed = np.zeros(len(sample), np.int64)
        if self.design.spoil is not None and len(sample):
            half = rng.random(len(sample)) < 0.5
            bearer = sample[half]
            strange = rng.random(len(bearer)) < anchors.disowned.sum() / max(1, len(coded))
            bearer = np.where(strange, rng.permutation(bearer), bearer)
            claimed[half] = self.design.spoil(rng, self.rows.code[bearer])
        rows, probes = self.rows, sample
        if self.design.forget is not None:
            rows = self.rows.extended(self.design.forget(rng, self.rows.take(sample)))
            probes = self.rows.size + np.arange(len(sample))
        pairs, mended = self.candidates(rows, probes, claimed, anchors.entity, anchors.codes, coded)
        place, entity = pairs
        members = Groups(anchors.entity, len(anchors.codes))
        levels, other = weigh(rows, self.design, (probes[place], entity), members, sample[place])
        same = anchors.entity[sample[place]] == entity
        every = [level[other] for level in [_code_level(claimed[place], mended), *levels]]
        start = untaught((_CODE, *self.design.comparisons), self.design.bias, self.design.joint)
        attach = learn(start, every, same[other])
        return attach, self._teach_gather(rng, sample, pairs, members, same)

    def _teach_gather(
        self, rng: np.random.Generator, sample: Ints, pairs: tuple[Ints, Ints], members: Groups, same: Flags
    ) -> Model:
        """The same for two single rows: one row of each candidate, drawn."""
        left, entity = sample[pairs[0]], pairs[1]
        size = members.sizes[entity]
        start = untaught(self.design.comparisons, self.design.bias, self.design.joint)
        if not len(left):
            return start
        member = members.order[members.starts[entity] + (rng.random(len(left)) * size).astype(np.int64)]
        apart = left != member
        left, member = left[apart], member[apart]
        levels = [comparison.compare(self.rows, left, member) for comparison in self.design.comparisons]
        return learn(start, levels, same[apart])

    # --- attaching --------------------------------------------------------------------------------------------

    def candidates(
        self, rows: Rows, probes: Ints, claimed: Ints, entity: Ints, codes: Ints, linked: Ints
    ) -> tuple[tuple[Ints, Ints], Flags]:
        """(place in probes, entity) pairs worth weighing, and which of them a mended code points at."""
        left, right = find_entities(rows, probes, linked, entity, self.design.blocks)
        if self.design.mend is None:
            return (left, right), np.zeros(len(left), bool)
        wrong = np.flatnonzero(claimed)
        owner, code = self.design.mend(claimed[wrong])
        exists = isin_sorted(code, codes)
        hit, target = wrong[owner[exists]], np.searchsorted(codes, code[exists])
        mended = np.unique((hit << 32) | target)
        left, right = unique_pairs(np.r_[left, hit], np.r_[right, target])
        return (left, right), isin_sorted((left << 32) | right, mended)

    def attach(self, anchors: Anchors, links: Links, home: Ints) -> None:
        """Each row to its best entity, if that is likely enough beside all other candidates."""
        probes = np.flatnonzero(links.entity < 0)
        linked = np.flatnonzero(links.entity >= 0)
        claimed = self.rows.claimed[probes]
        (left, right), mended = self.candidates(
            self.rows, probes, claimed, links.entity, anchors.codes, linked
        )
        left, right, mended = _with_home(left, right, mended, home[probes])
        # A disowned row must not come home to the code it was found not to own.
        allowed = ~(anchors.disowned[probes[left]] & (self.rows.code[probes[left]] == anchors.codes[right]))
        if self.design.own:
            own = self.rows[self.design.own]
            allowed &= ~Owned(links.entity, own, len(anchors.codes)).forbid(own[probes[left]], right)
        left, right, mended = left[allowed], right[allowed], mended[allowed]
        members = Groups(links.entity, len(anchors.codes))
        levels, _ = weigh(self.rows, self.design, (probes[left], right), members)
        odds = self.attach_model.log_odds([_code_level(claimed[left], mended), *levels])
        best, chance = _decide(len(probes), left, odds)
        sure = (best >= 0) & (chance >= self.design.attach)
        rows = probes[sure]
        links.entity[rows] = right[best[sure]]
        links.score[rows] = chance[sure]
        by_code = mended[best[sure]]
        links.rule[rows] = np.where(by_code, MENDED, np.where(anchors.disowned[rows], DISOWNED, EVIDENCE))
        self.note(chance[best >= 0], len(left))

    def release(self, links: Links) -> None:
        """Two rows that came in one round, each fitting, may contradict each other."""
        if self.design.own:
            strength = links.score + (links.rule == CODE)
            rows = to_release(links.entity, self.rows[self.design.own], strength.astype(np.float64))
            links.entity[rows], links.rule[rows], links.score[rows] = -1, UNLINKED, 0.0

    def note(self, chance: NDArray[np.float64], pairs: int) -> None:
        counts, _ = np.histogram(chance, bins=np.linspace(0, 1, 21))
        self.figures["pairs"] = self.figures.get("pairs", 0) + pairs
        self.figures["histogram"] = counts.tolist()
        band = (chance >= 0.5) & (chance < self.design.attach)
        self.figures["review"] = int(band.sum())

    # --- the rest ---------------------------------------------------------------------------------------------

    def gather(self, links: Links) -> None:
        rest = np.flatnonzero(links.entity < 0)
        if self.design.enough is not None:
            rest = rest[self.design.enough(self.rows)[rest]]
        left, right = find_peers(self.rows, rest, self.design.blocks, self.design.crowd)
        # Two rows that both lost the same code are not thereby two people; two codes never meet.
        levels: list[Levels] = [
            c.compare(self.rows, rest[left], rest[right]) for c in self.design.comparisons
        ]
        if not (links.entity >= 0).any():
            self.gather_model = learn_unlabelled(
                self.rows, self.design, rest[left], rest[right], levels, SEED
            )
        odds = self.gather_model.log_odds(levels) if len(left) else np.zeros(0)
        if self.design.own:
            own = self.rows[self.design.own][rest]
            odds = np.where(unlike(own[left], own[right]), NEVER, odds)
        least = float(np.log(self.design.gather / (1 - self.design.gather)))
        cluster = gather(len(rest), left, right, odds, least)
        _, number, size = np.unique(cluster, return_inverse=True, return_counts=True)
        first = int(links.entity.max(initial=-1)) + 1
        links.entity[rest] = first + number
        links.rule[rest] = np.where(size[number] > 1, GATHERED, ALONE)
        links.score[rest] = np.where(size[number] > 1, self.design.gather, 1.0)

    def summarise(self, links: Links) -> None:
        counts = np.bincount(links.rule, minlength=len(RULES))
        sizes = np.bincount(links.entity[links.entity >= 0])
        self.figures |= {
            "entities": len(sizes),
            "largest": int(sizes.max(initial=0)),
            "waterfall": dict(zip(RULES, counts.tolist(), strict=True)),
            "disowned": int(links.disowned.sum()),
            "taught_on": self.attach_model.pairs or self.gather_model.pairs,
            "weights": self.attach_model.readable((_CODE, *self.design.comparisons))
            if self.attach_model.pairs
            else self.gather_model.readable(self.design.comparisons),
        }


def _code_level(claimed: Ints, mended: Flags) -> Levels:
    return np.where(mended, 2, np.where(claimed != 0, 1, 0)).astype(np.int8)


def _with_home(left: Ints, right: Ints, mended: Flags, home: Ints) -> tuple[Ints, Ints, Flags]:
    """Doubtful rows are weighed against the entity of their own code too."""
    doubtful = np.flatnonzero(home >= 0)
    packed = np.r_[(left << 32) | right, (doubtful << 32) | home[doubtful]]
    unique, first = np.unique(packed, return_index=True)
    return unique >> 32, unique & 0xFFFFFFFF, np.r_[mended, np.zeros(len(doubtful), bool)][first]


def _decide(count: int, left: Ints, odds: NDArray[np.float64]) -> tuple[Ints, NDArray[np.float64]]:
    """For each probe its best pair (-1: none) and that pair's chance beside all its rivals and nobody."""
    best = np.full(count, -1)
    order = np.lexsort((np.arange(len(left))[::-1], odds))
    best[left[order]] = order
    power = np.exp(odds)
    total = np.bincount(left, weights=power, minlength=count)
    chance = np.where(best >= 0, power[best] / (1 + total), 0.0) if len(left) else np.zeros(count)
    return best, chance


def link(rows: Rows, design: Design, *, watch: Watch = lambda stage: None) -> Links:
    """Which rows are about the same one. Pure: the same rows give the same answer."""
    return Linker(rows, design, watch).run()
