"""Words of party names that mean the same, and words that are marks rather than name. Data, not logic."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

TITLES = frozenset({"ms", "messrs", "messers", "mr", "mrs", "smt", "shrimati", "kumari"})
"""In front of a name. ``Shri`` is not here: many firms are named after a deity."""

AND_COMPANY = frozenset({"co", "company", "comp"})
"""Behind "and" at the end of a name."""

JOINING = frozenset({"of", "the", "and", "for", "in", "at", "de"})
"""A place behind one of these belongs to the name: State Bank of Indore."""

ROLE_MARKS: Mapping[str, str] = MappingProxyType(
    {
        "dr": "debtor",
        "debtor": "debtor",
        "debtors": "debtor",
        "customer": "debtor",
        "cr": "creditor",
        "creditor": "creditor",
        "creditors": "creditor",
        "supplier": "creditor",
        "vendor": "creditor",
    }
)
"""Behind a name, where one party is kept as two ledgers."""

UNIT_WORDS = frozenset({"unit", "plant", "branch", "division", "depot", "godown", "factory", "warehouse", "shop"})
"""Begin the part of a name that says which place of the party is meant."""

ROMAN: Mapping[str, str] = MappingProxyType(
    {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
)

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        spelling: word
        for word, spellings in {
            "agencies": "agency agncy agcy agencys",
            "agro": "agri",
            "associates": "assoc assocs associate asso",
            "automobiles": "auto automobile autos",
            "bank": "bnk",
            "brothers": "bros brother bro",
            "centre": "center cntr",
            "chemicals": "chem chems chemical",
            "chemist": "chemists",
            "clothes": "cloth",
            "collection": "collections",
            "commercial": "comm",
            "communications": "communication",
            "constructions": "const constr construction",
            "consultants": "consultant consultancy",
            "cooperative": "coop",
            "company": "co comp",
            "corporation": "corp corpn corporations",
            "creations": "creation",
            "dairy": "dairies",
            "department": "dept",
            "developers": "dev devp developer",
            "distributors": "dist distr distributor distributers",
            "electricals": "elec elect electrical electric",
            "electronics": "electronic",
            "engineering": "engg eng engineers engineer",
            "enterprises": "ent entp enterprise enterprize entps entrprises",
            "exports": "exp export",
            "fabrics": "fabric",
            "fertilizers": "fert fertiliser fertilisers fertilizer",
            "finance": "fin",
            "financial": "fincl",
            "foods": "food",
            "foundation": "fdn",
            "furniture": "furnitures",
            "garments": "garment",
            "general": "gen genl",
            "government": "govt",
            "group": "grp",
            "hardware": "hardwares hdw",
            "holdings": "hold holdg holding",
            "hospital": "hosp hospitals",
            "imports": "imp import",
            "industries": "ind inds industry indus",
            "infrastructure": "infr infra",
            "international": "int intl internl internat",
            "investments": "inv invest investment",
            "jewellers": "jeweller jewelers jewellery",
            "laboratories": "lab labs laboratory",
            "leasing": "leas",
            "logistics": "logistic",
            "machinery": "machineries",
            "management": "mgmt mgt",
            "manufacturing": "mfg mfrs manufacturers manufacturer",
            "marketing": "mktg mkt",
            "medical": "med medicals",
            "motors": "motor",
            "packaging": "packagings pkg",
            "paints": "paint",
            "pharmaceuticals": "pharma pharm pharmaceutical pharmacy",
            "plastics": "plastic",
            "polymers": "polymer",
            "printers": "printer",
            "products": "prod prods product",
            "projects": "proj project",
            "provision": "provisions",
            "sales": "sale",
            "securities": "sec",
            "services": "svc svcs serv service",
            "shri": "sri shree sree",
            "society": "soc",
            "solutions": "soln solns solution",
            "sons": "son",
            "steels": "steel",
            "stores": "store",
            "suppliers": "supplier supplies",
            "systems": "sys system",
            "technologies": "tech techno technology",
            "telecom": "telecommunications telecommunication",
            "textiles": "tex text textile",
            "traders": "trader trdrs",
            "trading": "trdg trad",
            "transport": "transports transporters transporter tpt",
            "travels": "travel",
            "udyog": "udhyog",
            "works": "work",
        }.items()
        for spelling in spellings.split()
    }
)
"""Spelling -> the word that stands for it. Folding loses nothing: the name as written is kept beside the key."""
