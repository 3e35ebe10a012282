"""The TDL text a customer may load into Tally so that saving a voucher or master calls ``khata watch`` at once.

Written from Tally's developer documentation (modifying default forms, the event Form Accept, the action HTTP Post); it
has not been run in a Tally here. Without it nothing is lost but seconds: the change counters are asked anyway. It only
sees what is saved on the screen of the computer it is loaded on, not imports, not deletions, not other users.
"""

from __future__ import annotations

from khata.live.listener import PATH

_TEXT = """;; Khata: tell 'khata watch' on this computer that something was saved.
;; Load it in TallyPrime: F1 (Help) > TDLs & Add-Ons > F4 (Manage Local TDLs), this file's path, Yes.
;; It sends a token and nothing of the books. Remove the file from that list to stop it.

[#Form: Voucher]
    On : Form Accept : Yes : Form Accept
    On : Form Accept : Yes : HTTP Post : KhataAddress : ASCII : KhataChanged : KhataAnswer : KhataAnswer

[#Form: Ledger]
    On : Form Accept : Yes : Form Accept
    On : Form Accept : Yes : HTTP Post : KhataAddress : ASCII : KhataChanged : KhataAnswer : KhataAnswer

[#Form: Stock Item]
    On : Form Accept : Yes : Form Accept
    On : Form Accept : Yes : HTTP Post : KhataAddress : ASCII : KhataChanged : KhataAnswer : KhataAnswer

[System: Formula]
    KhataAddress : "{address}"

;; what is sent
[Report: KhataChanged]
    Form : KhataChanged

[Form: KhataChanged]
    Part    : KhataChanged
    XML Tag : "KHATAEVENT"

[Part: KhataChanged]
    Line : KhataChanged

[Line: KhataChanged]
    Field : KhataToken

[Field: KhataToken]
    Set As  : "{token}"
    XML Tag : "KHATATOKEN"

;; what is done with the answer: nothing
[Report: KhataAnswer]
    Form : KhataAnswer

[Form: KhataAnswer]
    Part : KhataAnswer

[Part: KhataAnswer]
    Line : KhataAnswer

[Line: KhataAnswer]
    Field : KhataAnswer

[Field: KhataAnswer]
    Set As : ""
"""


def render_tdl(port: int, token: str) -> str:
    """Return the text for one connection.

    Args:
        port: where ``khata watch`` listens.
        token: of the connection; the text is as secret as the token.
    """
    return _TEXT.format(address=f"http://localhost:{port}{PATH}", token=token)
