"""Party ledgers as text: registration and address as dated lists or plain fields, credit, opening bills, balances."""

from __future__ import annotations

from datetime import date

from sandbox.tally.ids import MasterIds
from sandbox.tally.object_text import balances, message, names
from sandbox.tally.options import Release
from sandbox.tally.text import amount, day_serial, escape, words_of, yes, ymd
from sandbox.tally.voucher_text import registration_word
from sandbox.world.goods import GST_FROM
from sandbox.world.masters import CompanyMaster, OpeningBillMaster, PartyMaster
from sandbox.world.paise import render_paise
from sandbox.world.truth import TruthBook


class PartyWriter:
    """Writes party ledgers."""

    def __init__(self, company: CompanyMaster, book: TruthBook, release: Release, ids: MasterIds) -> None:
        self._company = company
        self._book = book
        self._release = release
        self._ids = ids

    def render(self, party: PartyMaster) -> str:
        """Write one party's ledger."""
        guid, alter_id = self._ids.next()
        body = self._dated(party) if self._release.dated_lists else self._plain(party)
        bills = "".join([_opening_bill(bill) for bill in party.opening_bills])
        return message(
            f'     <LEDGER NAME="{escape(party.name)}" RESERVEDNAME="">\n'
            f"      <STARTINGFROM>{ymd(self._company.books_from)}</STARTINGFROM>\n      <GUID>{guid}</GUID>\n"
            f"      <PARENT>{escape(party.group)}</PARENT>\n{_pan(party)}{_credit(party)}"
            f"      <ISBILLWISEON>{yes(party.is_bill_wise)}</ISBILLWISEON>\n      <ISDELETED>No</ISDELETED>\n"
            f"      <ALTERID> {alter_id}</ALTERID>\n"
            f"{balances(party.name, party.opening, self._book)}{names(party.name, party.alias)}{body}{bills}"
            "     </LEDGER>\n"
        )

    def _word(self, party: PartyMaster) -> str:
        return registration_word(party.category, self._release.unregistered)

    def _plain(self, party: PartyMaster) -> str:
        """Write the fields of releases before 3.0."""
        gstin = f"      <PARTYGSTIN>{party.gstin}</PARTYGSTIN>\n" if party.gstin else ""
        return (
            f'      <ADDRESS.LIST TYPE="String">\n       <ADDRESS>{escape(party.street)}</ADDRESS>\n'
            f"       <ADDRESS>{party.city}</ADDRESS>\n      </ADDRESS.LIST>\n"
            f'      <MAILINGNAME.LIST TYPE="String">\n       <MAILINGNAME>{escape(party.legal_name)}</MAILINGNAME>\n'
            "      </MAILINGNAME.LIST>\n"
            f"      <LEDSTATENAME>{party.state}</LEDSTATENAME>\n      <COUNTRYNAME>India</COUNTRYNAME>\n"
            f"      <PINCODE>{party.pincode}</PINCODE>\n"
            f"      <GSTREGISTRATIONTYPE>{self._word(party)}</GSTREGISTRATIONTYPE>\n{gstin}{_reach(party)}"
        )

    def _dated(self, party: PartyMaster) -> str:
        """Write the dated lists of 3.0 and later; some parties were unregistered before."""
        rows = ""
        if party.registered_since:
            rows = _registration_row(party, self._release.unregistered, GST_FROM, "")
        since = party.registered_since or GST_FROM
        rows += _registration_row(party, self._word(party), since, party.gstin)
        mailing = (
            f'      <LEDMAILINGDETAILS.LIST>\n       <ADDRESS.LIST TYPE="String">\n'
            f"        <ADDRESS>{escape(party.street)}</ADDRESS>\n        <ADDRESS>{party.city}</ADDRESS>\n"
            f"       </ADDRESS.LIST>\n       <APPLICABLEFROM>{ymd(GST_FROM)}</APPLICABLEFROM>\n"
            f"       <PINCODE>{party.pincode}</PINCODE>\n"
            f"       <MAILINGNAME>{escape(party.legal_name)}</MAILINGNAME>\n       <STATE>{party.state}</STATE>\n"
            "       <COUNTRY>India</COUNTRY>\n      </LEDMAILINGDETAILS.LIST>\n"
        )
        return f"{rows}{mailing}{self._contact(party)}{'' if self._release.gst_status else _reach(party)}"

    def _contact(self, party: PartyMaster) -> str:
        if not self._release.gst_status:
            return ""
        return (
            f"      <EMAIL>{party.email}</EMAIL>\n      <CONTACTDETAILS.LIST>\n"
            f"       <NAME>{escape(party.contact)}</NAME>\n       <PHONENUMBER>{party.phone}</PHONENUMBER>\n"
            "       <COUNTRYISDCODE>+91</COUNTRYISDCODE>\n"
            "       <ISDEFAULTWHATSAPPNUM>Yes</ISDEFAULTWHATSAPPNUM>\n      </CONTACTDETAILS.LIST>\n"
        )


def _pan(party: PartyMaster) -> str:
    return f"      <INCOMETAXNUMBER>{party.pan}</INCOMETAXNUMBER>\n" if party.pan else ""


def _credit(party: PartyMaster) -> str:
    period = f"      <BILLCREDITPERIOD>{words_of(party.terms)}</BILLCREDITPERIOD>\n" if party.terms else ""
    limit = f"      <CREDITLIMIT>{render_paise(party.credit_limit)}</CREDITLIMIT>\n" if party.credit_limit else ""
    return f"{period}{limit}      <ISCREDITDAYSCHKON>{yes(party.credit_limit)}</ISCREDITDAYSCHKON>\n"


def _reach(party: PartyMaster) -> str:
    return (
        f"      <EMAIL>{party.email}</EMAIL>\n      <LEDGERCONTACT>{escape(party.contact)}</LEDGERCONTACT>\n"
        f"      <LEDGERMOBILE>{party.phone}</LEDGERMOBILE>\n"
    )


def _registration_row(party: PartyMaster, word: str, since: date, gstin: str) -> str:
    number = f"       <GSTIN>{gstin}</GSTIN>\n" if gstin else ""
    return (
        f"      <LEDGSTREGDETAILS.LIST>\n       <APPLICABLEFROM>{ymd(since)}</APPLICABLEFROM>\n"
        f"       <GSTREGISTRATIONTYPE>{word}</GSTREGISTRATIONTYPE>\n       <STATE>{party.state}</STATE>\n"
        f"       <PLACEOFSUPPLY>{party.state}</PLACEOFSUPPLY>\n{number}      </LEDGSTREGDETAILS.LIST>\n"
    )


def _opening_bill(bill: OpeningBillMaster) -> str:
    period = ""
    if bill.terms is not None:
        words = words_of(bill.terms)
        period = f'       <BILLCREDITPERIOD JD="{day_serial(bill.bill_date)}" P="{words}">{words}</BILLCREDITPERIOD>\n'
    return (
        f"      <BILLALLOCATIONS.LIST>\n       <BILLDATE>{ymd(bill.bill_date)}</BILLDATE>\n"
        f"       <NAME>{escape(bill.ref)}</NAME>\n{period}       <ISADVANCE>{yes(bill.is_advance)}</ISADVANCE>\n"
        f"       <OPENINGBALANCE>{amount(bill.paise)}</OPENINGBALANCE>\n      </BILLALLOCATIONS.LIST>\n"
    )
