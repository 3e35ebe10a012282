"""The keys that replies about organisations and currencies carry, each with what stands there when nothing is to say.

The keys are those of recorded replies (June 2026) and, for India, of recorded replies of 2024.
"""

from __future__ import annotations

from typing import Any

ORGANIZATION: dict[str, Any] = {
    "organization_id": "",
    "name": "",
    "contact_name": "",
    "email": "",
    "is_default_org": True,
    "language_code": "",
    "fiscal_year_start_month": "",
    "account_created_date": "",
    "time_zone": "",
    "is_dst_active": True,
    "date_format": "",
    "field_separator": "",
    "industry_type": "",
    "industry_size": "",
    "company_id_label": "",
    "company_id_value": "",
    "tax_id_label": "",
    "tax_id_value": "",
    "currency_id": "",
    "currency_code": "",
    "currency_symbol": "",
    "currency_format": "",
    "price_precision": 2,
    "plan_type": 0,
    "plan_name": "",
    "plan_period": "",
    "country_code": "",
    "country_name": "",
    "portal_name": "",
    "org_settings": {"is_org_active": True},
}

CURRENCY: dict[str, Any] = {
    "currency_id": "",
    "currency_code": "",
    "currency_name": "",
    "currency_symbol": "",
    "price_precision": 2,
    "currency_format": "",
    "is_base_currency": False,
    "exchange_rate": 0,
    "effective_date": "",
    "auto_exchange_rate_enabled": True,
}
