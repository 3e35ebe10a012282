"""Cities that people add to a party's name to tell it from its namesakes ("Sharma Traders, Indore").

Not a gazetteer: the larger cities and trading towns, with the spellings in use. A city of the party's own address
counts as well (see ``party_name``), so a town missing here is a lost hint, never a wrong match.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CITIES = """
agra ahmedabad ahmednagar ajmer akola aligarh allahabad alwar ambala amravati amritsar anand ankleshwar asansol
aurangabad balasore ballari bardoli bareilly barnala bathinda belagavi bengaluru bhagalpur bharuch bhavnagar bhilai
bhilwara bhiwadi bhiwandi bhopal bhubaneswar bhuj bikaner bilaspur bokaro burhanpur chandigarh chennai chhindwara
coimbatore cuttack davangere dehradun delhi dewas dhanbad dhule dindigul durg durgapur ernakulam erode faridabad
firozabad gandhidham gandhinagar gangtok gaya ghaziabad goa gorakhpur greater-noida guntur gurugram guwahati gwalior
haldwani haridwar hisar hosur hubballi hyderabad ichalkaranji imphal indore itarsi jabalpur jaipur jalandhar jalgaon
jalna jammu jamnagar jamshedpur jhansi jodhpur junagadh kakinada kalyan kanpur kanpur-nagar karnal karur katni khandwa
khargone kochi kolhapur kolkata kollam kota kottayam kozhikode kurnool latur lucknow ludhiana madurai malegaon mandsaur
mangaluru mathura meerut mehsana moradabad morbi mumbai muzaffarnagar muzaffarpur mysuru nadiad nagpur nanded nashik
navi-mumbai navsari neemuch nellore noida palanpur pali palghar panchkula panipat panvel patiala patna pimpri prayagraj
puducherry pune raigarh raipur rajahmundry rajkot rajnandgaon ranchi ratlam rewa rohtak roorkee rourkela sagar
saharanpur salem sambalpur sangli satara satna secunderabad sehore shillong shimla sikar siliguri sivakasi solapur
sonipat srinagar surat thane thanjavur thiruvananthapuram thoothukudi thrissur tiruchirappalli tirunelveli tirupati
tiruppur tumakuru udaipur ujjain ulhasnagar vadodara valsad vapi varanasi vellore vidisha vijayawada visakhapatnam
warangal yamunanagar
"""

_OTHER_SPELLINGS: Mapping[str, str] = {
    "amdavad": "ahmedabad",
    "banaras": "varanasi",
    "bangalore": "bengaluru",
    "baroda": "vadodara",
    "belgaum": "belagavi",
    "bellary": "ballari",
    "bhatinda": "bathinda",
    "bombay": "mumbai",
    "calcutta": "kolkata",
    "calicut": "kozhikode",
    "cochin": "kochi",
    "gauhati": "guwahati",
    "gurgaon": "gurugram",
    "hubli": "hubballi",
    "madras": "chennai",
    "mangalore": "mangaluru",
    "mysore": "mysuru",
    "nasik": "nashik",
    "new delhi": "delhi",
    "pondicherry": "puducherry",
    "poona": "pune",
    "sholapur": "solapur",
    "tirupur": "tiruppur",
    "trichy": "tiruchirappalli",
    "trichur": "thrissur",
    "trivandrum": "thiruvananthapuram",
    "tumkur": "tumakuru",
    "tuticorin": "thoothukudi",
    "vizag": "visakhapatnam",
}

CITIES: Mapping[str, str] = MappingProxyType(
    {city.replace("-", " "): city.replace("-", " ") for city in _CITIES.split()} | dict(_OTHER_SPELLINGS)
)
"""Spelling, folded -> the one name we compare by."""
