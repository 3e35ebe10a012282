"""The keys that replies about the chart of accounts carry, each with what stands there when there is nothing to say.

The keys are those of recorded replies (June 2026) and, for India, of recorded replies of 2024.
"""

from __future__ import annotations

from typing import Any

ROW: dict[str, Any] = {
    "account_id": "",
    "account_name": "",
    "account_code": "",
    "account_type": "",
    "description": "",
    "placeholder": "",
    "is_register_supported_account": False,
    "is_user_created": False,
    "is_system_account": True,
    "is_active": True,
    "can_show_in_ze": False,
    "parent_account_id": "",
    "parent_account_name": "",
    "depth": 0,
    "has_attachment": False,
    "is_child_present": False,
    "child_count": "",
    "documents": [],
    "created_time": "",
    "is_standalone_account": False,
    "last_modified_time": "",
}

DETAIL: dict[str, Any] = {
    "account_type": "",
    "is_bulk_update_supported": True,
    "is_active": True,
    "is_register_supported_account": False,
    "documents": [],
    "parent_account_name": "",
    "custom_fields": [],
    "is_involved_in_transaction": True,
    "description": "",
    "transactions": [],
    "is_system_account": True,
    "account_id": "",
    "parent_account_id": "",
    "closing_balance": 0,
    "account_name": "",
    "account_code": "",
    "placeholder": "",
    "isdebit": False,
    "status": "",
    "account_code_prefix": "",
    "generation_number": "",
    "currency_id": "",
    "currency_code": "",
    "can_show_in_ze": False,
    "custom_field_hash": {},
    "created_time": "",
    "last_modified_time": "",
    "is_standalone_account": False,
    "opening_balances": [],
}

MOVEMENT: dict[str, Any] = {
    "date": "",
    "transaction_id": "",
    "fcy_credit": 0,
    "reference_number": "",
    "entity_type": "invoice",
    "customer_name": "",
    "customer_id": "",
    "debit": "",
    "credit": 0,
    "fcy_debit": "",
}
