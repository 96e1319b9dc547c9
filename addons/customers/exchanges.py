"""What can be imported: accounts of any file, and operators with their networks."""

from addons.customers import customer_import, operator_import
from addons.customers.models import CUSTOMER
from core.contributions import Exchange, ImportColumn
from core.i18n import lazy_gettext as _l

ACCOUNT_COLUMNS = (
    ImportColumn(
        name="name",
        title=_l("Name"),
        aliases=("客户", "客户名称", "公司名称", "企业名称", "单位名称", "Security", "Company",
                 "Company name", "Customer", "Account", "Account name"),
    ),
    ImportColumn(
        name="name_en", title=_l("English name"), aliases=("英文名", "英文名称", "Name (English)")
    ),
    ImportColumn(
        name="code",
        title=_l("Our code"),
        aliases=("客户编号", "编号", "Customer code"),
        help=_l("Finds the customer to change; new customers get their codes from the system."),
    ),
    ImportColumn(
        name="external_code",
        title=_l("External code"),
        aliases=("外部编码", "股票代码", "证券代码", "Symbol", "Ticker", "CIK"),
        help=_l("Finds the customer at the next import, even if its name has changed."),
    ),
    ImportColumn(
        name="registration_no",
        title=_l("Registration number"),
        aliases=("统一社会信用代码", "信用代码", "税号", "VAT number", "Tax number"),
    ),
    ImportColumn(name="grade", title=_l("Grade"), aliases=("客户等级", "级别", "Level")),
    ImportColumn(
        name="sector",
        title=_l("Sector"),
        aliases=("行业大类", "行业门类", "GICS Sector", "Industry group"),
        help=_l("The upper level of the industry tree; missing ones are added."),
    ),
    ImportColumn(
        name="industry",
        title=_l("Industry"),
        aliases=("行业小类", "细分行业", "所属行业", "GICS Sub-Industry", "Sub-industry"),
    ),
    ImportColumn(name="country", title=_l("Country"), aliases=("国家", "Country code")),
    ImportColumn(name="region", title=_l("Region"), aliases=("地区", "省份", "Province", "State")),
    ImportColumn(
        name="headquarters",
        title=_l("Headquarters"),
        aliases=("总部", "总部所在地", "注册地", "Headquarters Location", "Head office", "Seat"),
        help=_l("Country and region are read from it, where they have no column of their own."),
    ),
    ImportColumn(name="website", title=_l("Website"), aliases=("网站", "官网", "URL")),
    ImportColumn(
        name="founded", title=_l("Founded"), aliases=("成立年份", "成立时间", "Year founded")
    ),
    ImportColumn(name="notes", title=_l("Notes"), aliases=("说明", "Remarks", "Comment", "Note")),
    ImportColumn(
        name="stage",
        title=_l("Stage"),
        aliases=("客户阶段", "Status"),
        help=_l("Where a new customer stands; the stage of an existing one is not changed."),
    ),
    ImportColumn(
        name="manager",
        title=_l("Account manager"),
        aliases=("负责人", "Owner", "Manager"),
        help=_l(
            "Employee code or name, for new customers; if empty, the person who imports, "
            "or nobody if that person is no employee."
        ),
    ),
)  # fmt: skip

OPERATOR_COLUMNS = (
    ImportColumn(
        name="operator",
        title=_l("Operator"),
        aliases=("运营商名称", "Carrier", "Network operator", "Company", "MNO"),
        help=_l("Where it is empty, the brand names the customer."),
    ),
    ImportColumn(
        name="brand", title=_l("Brand"), aliases=("Brand name", "Network", "Network name")
    ),
    ImportColumn(
        name="country_code",
        title=_l("Country code"),
        aliases=("国家代码", "ISO", "Country ISO", "ISO code", "Alpha-2"),
    ),
    ImportColumn(
        name="country_name", title=_l("Country"), aliases=("国家", "国家名称", "Country name")
    ),
    ImportColumn(name="mcc", title=_l("MCC"), aliases=("移动国家码", "Mobile country code")),
    ImportColumn(name="mnc", title=_l("MNC"), aliases=("移动网号", "Mobile network code")),
    ImportColumn(name="status", title=_l("Status"), aliases=("运营状态", "State")),
    ImportColumn(name="bands", title=_l("Bands"), aliases=("频段", "制式", "Frequency", "Band")),
    ImportColumn(name="note", title=_l("Notes"), aliases=("notes", "说明", "Remarks", "Comment")),
)

EXCHANGES = (
    Exchange(
        key="customers.customer",
        title=_l("Customers"),
        resource=CUSTOMER,
        columns=ACCOUNT_COLUMNS,
        apply=customer_import.apply,
        apply_many=customer_import.apply_many,
        presets=(
            (
                _l("Listed companies with sectors"),
                {
                    "external_code": "Symbol",
                    "name": "Security",
                    "sector": "GICS Sector",
                    "industry": "GICS Sub-Industry",
                    "headquarters": "Headquarters Location",
                    "founded": "Founded",
                },
            ),
        ),
    ),
    Exchange(
        key="customers.operator",
        title=_l("Telecom operators and their networks"),
        resource=CUSTOMER,
        columns=OPERATOR_COLUMNS,
        apply=operator_import.apply,
        apply_many=operator_import.apply_many,
        presets=(
            (
                _l("Network codes of the world"),
                {
                    "operator": "operator",
                    "brand": "brand",
                    "country_code": "country_code",
                    "country_name": "country_name",
                    "mcc": "mcc",
                    "mnc": "mnc",
                    "status": "status",
                    "bands": "bands",
                    "note": "notes",
                },
            ),
        ),
    ),
)
