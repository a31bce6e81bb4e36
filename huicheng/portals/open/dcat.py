"""The open catalogue as DCAT-AP 3 (Turtle, JSON-LD, RDF/XML), for harvesters of other portals.

Names of licences, cycles and access rights are the EU vocabularies' where they have one; items are CSVW columns on
the CSV distribution, so that a stranger knows each column's meaning and type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import CSVW, DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

from huicheng.exchange.api import CYCLES, RIGHTS, TERMS, TYPES, Entry, Resource, category, terms_of
from huicheng.ground.api import department
from huicheng.portals.open import catalogue, tables
from huicheng.portals.open.shown import LICENCES

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
EU: Final = "http://publications.europa.eu/resource/authority/"
MEDIA: Final = "https://www.iana.org/assignments/media-types/"
PAGE: Final = 100
FORMATS = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json"),
           "rdf": ("pretty-xml", "application/rdf+xml")}  # fmt: skip
FILES = {"csv": ("CSV", "text/csv"), "json": ("JSON", "application/json"),
         "parquet": ("PARQUET", "application/vnd.apache.parquet"), "geojson": ("GEOJSON", "application/geo+json")}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """``root`` is the site's own address, without a slash at its end; ``number`` the page of the catalogue."""

    root: str
    number: int = 1

    def url(self, name: str, *args: str) -> URIRef:
        return URIRef(self.root + reverse(f"open:{name}", args=args))


def graph(entries: Sequence[Entry], site: Site, *, total: int) -> Graph:
    """One page of the catalogue, with the links to the others."""
    made = _listing(entries, site)
    _pages(made, site, total)
    return made


def whole(entries: Sequence[Entry], site: Site) -> Graph:
    """For the bureau: what is closed too, its columns in their order, and what DCAT has no word for beside it."""
    made = _listing(entries, site)
    made.bind("hc", TERMS)
    for one in entries:
        _beside(made, one, site)
    return made


def _beside(made: Graph, entry: Entry, site: Site) -> None:
    about, (said, items) = site.url("dataset", entry.spec.code), terms_of(entry)
    schema = _schema(made, entry.spec)
    made.add((about, CSVW.tableSchema, schema))
    named = {str(made.value(column, CSVW.name)): column for column in made.objects(schema, CSVW.column)}
    places = [
        (about, said),
        *((named[f.name], item) for f, item in zip(entry.spec.fields, items, strict=True)),
    ]
    for place, words in places:
        for term, text in words.items():
            if text:
                made.add((place, URIRef(TERMS + term), Literal(text)))


def _listing(entries: Sequence[Entry], site: Site) -> Graph:
    made = Graph()
    for prefix, space in (
        ("dcat", DCAT),
        ("dct", DCTERMS),
        ("vcard", VCARD),
        ("hydra", HYDRA),
        ("csvw", CSVW),
    ):
        made.bind(prefix, space)
    home = _catalogue(made, site)
    for one in entries:
        made.add((home, DCAT.dataset, dataset(made, one, site)))
    return made


def _texts(made: Graph, about: URIRef | BNode, said: dict[URIRef, str]) -> None:
    for what, text in said.items():
        if text:
            made.add((about, what, Literal(text, lang="zh")))


def _catalogue(made: Graph, site: Site) -> URIRef:
    home = site.url("home")
    made.add((home, RDF.type, DCAT.Catalog))
    _texts(made, home, {
        DCTERMS.title: _("%(city)s数据开放目录") % {"city": settings.CITY_NAME},
        DCTERMS.description: _("本市各部门向社会开放的数据：结构、更新、许可与下载地址。"),
    })  # fmt: skip
    made.add((home, DCTERMS.publisher, _agent(made, "shuju", site)))
    made.add((home, DCTERMS.language, URIRef(f"{EU}language/ZHO")))
    made.add((home, FOAF.homepage, home))
    made.add((home, DCTERMS.issued, Literal(date(2026, 1, 1))))
    return home


def _agent(made: Graph, code: str, site: Site) -> URIRef:
    known, bureau = URIRef(f"{site.root}/id/department/{code}"), department(code)
    made.add((known, RDF.type, FOAF.Agent))
    made.add((known, FOAF.name, Literal(bureau.name, lang="zh")))
    made.add((known, FOAF.name, Literal(bureau.english, lang="en")))
    return known


def dataset(made: Graph, entry: Entry, site: Site) -> URIRef:
    spec = entry.spec
    about = site.url("dataset", spec.code)
    made.add((about, RDF.type, DCAT.Dataset))
    _texts(made, about, {DCTERMS.title: spec.title, DCTERMS.description: spec.summary or spec.title})
    made.add((about, DCTERMS.identifier, Literal(entry.info_code or spec.code)))
    made.add((about, DCTERMS.publisher, _agent(made, spec.owner, site)))
    made.add((about, DCAT.landingPage, _document(made, about)))
    made.add(
        (
            about,
            DCTERMS.accrualPeriodicity,
            _typed(made, f"{EU}frequency/{CYCLES[spec.update]}", DCTERMS.Frequency),
        )
    )
    rights = _typed(made, f"{EU}access-right/{RIGHTS[spec.openness]}", DCTERMS.RightsStatement)
    made.add((about, DCTERMS.accessRights, rights))
    _theme(made, about, spec, site)
    _dates(made, about, entry)
    _contact(made, about, spec, site)
    for field in spec.fields[:12]:
        made.add((about, DCAT.keyword, Literal(field.title, lang="zh")))
    if spec.source:
        made.add((about, DCTERMS.provenance, _labelled(made, DCTERMS.ProvenanceStatement, spec.source)))
    for form in FILES:
        if tables.FORMS[form].title in catalogue.formats(spec):
            made.add((about, DCAT.distribution, _distribution(made, spec, form, site)))
    if spec.openness == "conditional":
        made.add((about, DCAT.distribution, _on_application(made, spec, site)))
    return about


def _on_application(made: Graph, spec: Resource, site: Site) -> URIRef:
    """Nothing to download: the page where it is applied for, the condition, and what its columns would be."""
    address = URIRef(f"{site.url('dataset', spec.code)}#apply")
    made.add((address, RDF.type, DCAT.Distribution))
    _texts(made, address, {DCTERMS.title: f"{spec.title}（依申请）"})
    made.add((address, DCAT.accessURL, site.url("dataset", spec.code)))
    made.add((address, DCTERMS.rights, _labelled(made, DCTERMS.RightsStatement, spec.open_condition)))
    if spec.licence:
        made.add((address, DCTERMS.license, _licence(made, spec.licence, site)))
    made.add((address, CSVW.tableSchema, _schema(made, spec)))
    return address


def _document(made: Graph, about: URIRef) -> URIRef:
    page = URIRef(f"{about}#page")
    made.add((page, RDF.type, FOAF.Document))
    return page


def _typed(made: Graph, address: str, kind: URIRef) -> URIRef:
    made.add((URIRef(address), RDF.type, kind))
    return URIRef(address)


def _labelled(made: Graph, kind: URIRef, text: str) -> BNode:
    node = BNode()
    made.add((node, RDF.type, kind))
    made.add((node, URIRef("http://www.w3.org/2000/01/rdf-schema#label"), Literal(text, lang="zh")))
    return node


def _theme(made: Graph, about: URIRef, spec: Resource, site: Site) -> None:
    if not spec.category:
        return
    known = category(spec.category)
    theme, scheme = URIRef(f"{site.root}/id/category/{known.code}"), URIRef(f"{site.root}/id/category/")
    made.add((about, DCAT.theme, theme))
    made.add((theme, RDF.type, SKOS.Concept))
    made.add((theme, SKOS.inScheme, scheme))
    made.add((scheme, RDF.type, SKOS.ConceptScheme))
    made.add((scheme, DCTERMS.title, Literal("政务信息资源分类", lang="zh")))
    for text, language in ((known.title.rpartition("/")[2], "zh"), (known.english, "en")):
        made.add((theme, SKOS.prefLabel, Literal(text, lang=language)))


def _dates(made: Graph, about: URIRef, entry: Entry) -> None:
    if entry.published_on:
        made.add((about, DCTERMS.issued, Literal(entry.published_on, datatype=XSD.date)))
    updated = tables.facts(entry.spec).updated
    if updated:
        made.add((about, DCTERMS.modified, Literal(updated, datatype=XSD.dateTime)))


def _contact(made: Graph, about: URIRef, spec: Resource, site: Site) -> None:
    node, bureau = BNode(), department(spec.owner)
    made.add((about, DCAT.contactPoint, node))
    made.add((node, RDF.type, VCARD.Organization))
    made.add((node, VCARD.fn, Literal(bureau.name, lang="zh")))
    if spec.contact:
        made.add((node, VCARD["note"], Literal(spec.contact)))
    made.add((node, VCARD.hasURL, site.url("dataset", spec.code)))


def _distribution(made: Graph, spec: Resource, form: str, site: Site) -> URIRef:
    known, media = FILES[form]
    address = site.url("download", spec.code, form)
    made.add((address, RDF.type, DCAT.Distribution))
    _texts(made, address, {DCTERMS.title: f"{spec.title}（{known}）"})
    made.add((address, DCAT.accessURL, address))
    made.add((address, DCAT.downloadURL, address))
    made.add((address, DCTERMS["format"], _typed(made, f"{EU}file-type/{known}", DCTERMS.MediaTypeOrExtent)))
    made.add((address, DCAT.mediaType, _typed(made, MEDIA + media, DCTERMS.MediaType)))
    if spec.licence:
        made.add((address, DCTERMS.license, _licence(made, spec.licence, site)))
    if form == "csv":
        made.add((address, CSVW.tableSchema, _schema(made, spec)))
    return address


def _licence(made: Graph, licence: str, site: Site) -> URIRef:
    about = URIRef(LICENCES.get(licence) or f"{site.root}/id/licence/{licence}".replace(" ", "-"))
    made.add((about, RDF.type, DCTERMS.LicenseDocument))
    made.add((about, DCTERMS.title, Literal(licence)))
    return about


def _schema(made: Graph, spec: Resource) -> BNode:
    schema = BNode()
    made.add((schema, RDF.type, CSVW.Schema))
    for field in spec.fields:
        column = BNode()
        made.add((schema, CSVW.column, column))
        made.add((column, RDF.type, CSVW.Column))
        made.add((column, CSVW.name, Literal(field.name)))
        made.add((column, CSVW.title, Literal(field.title, lang="zh")))
        made.add((column, CSVW.datatype, Literal(TYPES.get(field.kind, "string"))))
        if field.meaning:
            made.add((column, DCTERMS.description, Literal(field.meaning, lang="zh")))
    return schema


def _pages(made: Graph, site: Site, total: int) -> None:
    """Hydra: no page points at itself as the next, or a harvester would go round for ever."""
    last = max(1, -(-total // PAGE))
    here = _page(site, site.number)
    made.add((here, RDF.type, HYDRA.PagedCollection))
    made.add((here, HYDRA.totalItems, Literal(total)))
    made.add((here, HYDRA.itemsPerPage, Literal(PAGE)))
    made.add((here, HYDRA.firstPage, Literal(_page(site, 1))))
    made.add((here, HYDRA.lastPage, Literal(_page(site, last))))
    if site.number < last:
        made.add((here, HYDRA.nextPage, Literal(_page(site, site.number + 1))))
    if site.number > 1:
        made.add((here, HYDRA.previousPage, Literal(_page(site, site.number - 1))))


def _page(site: Site, number: int) -> URIRef:
    return URIRef(f"{site.root}{reverse('open:catalogue', args=['ttl'])}?page={number}")
