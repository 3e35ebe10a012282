"""Invented names of people, firms and places, and the ways different clerks spell the same firm.

Every name is put together from word lists; a likeness to a real firm is chance.
"""

from __future__ import annotations

from sandbox.world.dice import Dice

FIRST = [
    "Amrit",
    "Bharat",
    "Chandan",
    "Devi",
    "Ekdant",
    "Falgun",
    "Gauri",
    "Hari",
    "Indus",
    "Jyoti",
    "Kaveri",
    "Lakshya",
    "Mahi",
    "Nandi",
    "Omkar",
    "Pragati",
    "Rohini",
    "Sagar",
    "Tapti",
    "Ujjwal",
    "Varuna",
    "Yamuna",
    "Zenith",
    "Arihant",
    "Bhavani",
    "Chirag",
    "Deepak",
    "Girnar",
    "Hemant",
    "Kalyan",
    "Malhar",
    "Nilgiri",
    "Parag",
    "Rajat",
    "Shivam",
    "Tulsi",
    "Uttam",
    "Vaibhav",
    "Anand",
    "Swastik",
]
SECOND = [
    "Laxmi",
    "Sharda",
    "Konark",
    "Ganga",
    "Shakti",
    "Mahima",
    "Surya",
    "Chandra",
    "Narmada",
    "Gomti",
    "Harsha",
    "Vijay",
    "Kiran",
    "Mangal",
    "Sagar",
    "Tirupati",
    "Ashoka",
    "Vaishali",
    "Sarita",
    "Ratna",
    "Prabhat",
    "Meera",
    "Kamal",
    "Jagdamba",
    "Himalaya",
    "Godavari",
    "Durga",
    "Bajrang",
    "Abhay",
    "Balaji",
]
TRADE = [
    "Traders",
    "Enterprises",
    "Agencies",
    "Textiles",
    "Hardware",
    "Electricals",
    "Pharma",
    "Papers",
    "Steel",
    "Foods",
    "Distributors",
    "Motors",
    "Industries",
    "Marketing",
    "Stores",
    "Suppliers",
    "Chemicals",
    "Plastics",
    "Tools",
    "Packaging",
    "Ceramics",
    "Garments",
    "Seeds",
    "Furniture",
]
FORMS = ("", "", "", " Private Limited", " & Co.", " & Sons", " LLP")
GIVEN = [
    "Aarav",
    "Bhavna",
    "Chetan",
    "Divya",
    "Eshan",
    "Farida",
    "Gopal",
    "Hina",
    "Ishaan",
    "Jaya",
    "Kabir",
    "Leela",
    "Mohan",
    "Nisha",
    "Om",
    "Pooja",
    "Rafiq",
    "Sunita",
]
FAMILY = [
    "Apte",
    "Bhosale",
    "Chitnis",
    "Dalal",
    "Gadre",
    "Inamdar",
    "Joshi",
    "Kulkarni",
    "Lele",
    "Mehta",
    "Naik",
    "Oza",
    "Patil",
    "Rane",
    "Sethi",
    "Thorat",
]
STREETS = ("Station Road", "M.G. Road", "Market Yard", "GIDC Phase II", "Old Bus Stand", "Gandhi Chowk", "Ring Road")

COMPANY_NAMES = (
    "Saraswati Trading Company",
    "Godavari Distributors & Sons",
    "Kaveri Wholesale Mart",
    "Brahmaputra Merchants",
    "Sabarmati Traders",
    "Chambal Supply Co.",
)
AWKWARD_NAMES = (
    'Patel & Sons "A-One" Hardware',
    "Kapoor's Emporium & Gift <Gallery>",
    "श्री गणेश किराना भंडार (Nashik)",
    "D'Souza  Brothers",
)
"""Names that break careless readers: ampersand, quotes, angle brackets, Devanagari, a doubled blank."""

ABBREVIATIONS = (
    ("Private Limited", "Pvt Ltd"),
    ("Enterprises", "Ent."),
    ("Traders", "Trdrs"),
    ("Industries", "Inds"),
    ("Agencies", "Agency"),
    (" & Co.", " and Company"),
    (" & Sons", " n Sons"),
)


def draw_firm(dice: Dice) -> str:
    """Draw a firm's name."""
    return f"{dice.pick(FIRST)} {dice.pick(SECOND)} {dice.pick(TRADE)}{dice.pick(FORMS)}"


def draw_person(dice: Dice) -> str:
    """Draw a person's name."""
    return f"{dice.pick(GIVEN)} {dice.pick(FAMILY)}"


def respell(name: str, city: str, style: int) -> str:
    """Spell a firm the way another company's clerk would; style 0 is the name itself."""
    match style % 6:
        case 0:
            return name
        case 1:
            return name.upper()
        case 2:
            return f"M/s. {name}"
        case 3:
            return _abbreviate(name)
        case 4:
            return f"{name} - {city}"
        case _:
            return name.replace("sh", "s").replace("ee", "i").replace("v", "w")


def _abbreviate(name: str) -> str:
    for long, short in ABBREVIATIONS:
        name = name.replace(long, short)
    return name
