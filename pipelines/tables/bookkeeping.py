"""The warehouse's bookkeeping: what was taken in, set aside, linked and erased. No row is about a person."""

import dataframely as dy

from pipelines.tables.columns import output
from pipelines.tables.ddl import create_table

FILE = output(dy.String, "The file that brought it.", "带来该行的文件。")
TABLE = output(dy.String, "Input table.", "输入表。")
SOURCE = output(dy.String, "Mapping that read the file.", "读取该文件的映射。")
NUMBER = output(dy.String, "Case number at the centre.", "调解中心的案件编号。")
TOWNSHIP = output(dy.String, "Township.", "乡镇（街道）。", codes="areas")
SERVICE = output(dy.String, "Care service.", "服务类别。", codes="services")
WEEK = output(dy.Date, "Monday of the week.", "所属周的星期一。")


def _rows(meaning_en: str, meaning_zh: str) -> dy.Int64:
    return output(dy.Int64, meaning_en, meaning_zh, unit="rows")


class IntakeFile(dy.Schema):
    """One row per file and table taken in: rows read, loaded, quarantined, duplicate, unchanged.

    每个文件、每张表一行：读入、载入、暂存、重复和不变的行数。
    """

    file_id = output(dy.String, "Digest of the file's content.", "文件内容的摘要。", primary_key=True)
    file_name = output(
        dy.String, "Its name; what could be a person's is masked.", "文件名，可能涉及个人的部分已遮盖。"
    )
    table_name = output(dy.String, "Input table.", "输入表。", primary_key=True)
    encoding = output(dy.String, "Of its text.", "文本编码。", nullable=True)
    n_read = _rows("Read.", "读入的行数。")
    n_loaded = _rows("Loaded.", "载入的行数。")
    n_quarantined = _rows("Set aside.", "暂存的行数。")
    n_duplicate = _rows("Twice in the file.", "文件内重复的行数。")
    n_unchanged = _rows("Known already as they are.", "与已有记录相同的行数。")


class Quarantine(dy.Schema):
    """Rows that broke a rule, with every rule they broke; what could name a person is masked.

    不合规则的行及其所违反的全部规则；可能涉及个人的内容已遮盖。
    """

    file_id = FILE
    file_name = output(dy.String, "Its name.", "文件名。")
    table_name = TABLE
    line = output(dy.Int64, "Line of the file.", "文件中的行号。")
    rules = output(dy.List, "Every rule broken.", "违反的全部规则。", inner=dy.String())
    row_json = output(dy.String, "The row, masked.", "遮盖后的该行内容。")
    record_key = output(dy.String, "Number of the record.", "记录编号。", nullable=True)


class IntakeReading(dy.Schema):
    """What each file was read with, so that a changed mapping reads it again.

    每个文件按哪份映射读取；映射改变后重新读取。
    """

    file_id = output(dy.String, "The file.", "文件。", primary_key=True)
    fingerprint = output(
        dy.String, "Digest of profile, mapping and code lists.", "配置、映射和代码表的摘要。"
    )


class VisitCount(dy.Schema):
    """Care visits due and made by file, township, service and week, of ledgers read by earlier releases.

    早期版本读取的台账：按文件、乡镇、服务和周汇总的应访、实访次数。
    """

    file_id = FILE
    township_code = TOWNSHIP
    service = SERVICE
    week = WEEK
    due = output(dy.Int64, "Visits due.", "应访次数。")
    done = output(dy.Int64, "Visits made.", "实访次数。")


class KeptVisit(dy.Schema):
    """Care visits by file, township, service and week: whether each was made, and keyed hashes that tell it when it comes again.

    按文件、乡镇、服务和周记录的走访：是否已访，以及再次报送时辨认同一次走访的加密摘要。
    """

    file_id = FILE
    township_code = TOWNSHIP
    service = SERVICE
    week = WEEK
    hash = output(dy.UInt64, "Keyed hash of place, service and day.", "地点、服务和日期的加密摘要。")
    nth = output(dy.Int64, "Number among those alike.", "相同摘要中的序号。")
    done = output(dy.Bool, "Made and entered by the end of the week.", "是否当周已访。")
    is_made = output(dy.Bool, "Made, whenever.", "是否已访。", nullable=True)
    day_hash = output(dy.UInt64, "Keyed hash of the day due.", "应访日期的加密摘要。", nullable=True)
    row_hash = output(dy.UInt64, "Keyed hash of the row.", "整行的加密摘要。", nullable=True)
    rest_hash = output(
        dy.UInt64, "Keyed hash of what else stands in the row.", "该行其余内容的加密摘要。", nullable=True
    )


class HeldFlag(dy.Schema):
    """Protection flags of records that were held back: a dispute keeps them until its record is loaded.

    被暂存记录的保护标记：在该记录载入之前一直有效。
    """

    dispute_id = NUMBER
    flag = output(dy.String, "minor or collective.", "涉未成年人或群体性。")
    told_at = output(dy.Datetime, "When the row could be known.", "可能得知该行的时间。", nullable=True)
    file_id = FILE


class WholeExport(dy.Schema):
    """Moments of sources that send everything each time: what is missing later was taken back.

    每次全量报送的来源的报送时间：以后缺少的记录视为撤回。
    """

    file_id = FILE
    source = SOURCE
    table_name = TABLE
    moment = output(dy.Datetime, "When everything was sent.", "全量报送的时间。")


class SourceColumn(dy.Schema):
    """Columns each file of a source had, so that one that stops coming is noticed.

    每个来源文件所含的列；某列不再报送时可以发现。
    """

    file_id = FILE
    source = SOURCE
    table_name = TABLE
    contract_column = output(dy.String, "Column of the input table.", "输入表的列。")


class DisputePair(dy.Schema):
    """Two records that are likely one quarrel, how likely, and what agrees.

    很可能是同一纠纷的两条记录、可能程度及相符之处。
    """

    dispute_id = output(dy.String, "The later record.", "较晚的记录。", primary_key=True)
    earlier_id = output(dy.String, "The earlier one.", "较早的记录。", primary_key=True)
    probability = output(dy.Float64, "That they are one quarrel.", "是同一纠纷的概率。")
    evidence = output(dy.String, "What agrees.", "相符之处。")


class DisputeLink(dy.Schema):
    """Records that count as an earlier one registered again, above the profile's threshold.

    超过配置阈值、视为早先纠纷重复登记的记录。
    """

    dispute_id = output(dy.String, "The record.", "该记录。", primary_key=True)
    same_as = output(dy.String, "The earlier one.", "较早的记录。")
    linked_at = output(dy.Datetime, "From when both could be known.", "两条记录均可得知的时间。")


class ErasedDispute(dy.Schema):
    """Disputes that were erased and are never loaded again, as keyed hashes.

    已删除且不再载入的纠纷（加密摘要）。
    """

    dispute_hash = output(dy.String, "Keyed hash of its number.", "编号的加密摘要。", primary_key=True)


class IntakeSetting(dy.Schema):
    """Settings and notices of the intake, the schema's number among them.

    接收环节的设置和提示，含表结构版本号。
    """

    name = output(dy.String, "Name.", "名称。", primary_key=True)
    value = output(dy.String, "Value.", "取值。")


BOOKKEEPING: dict[str, type[dy.Schema]] = {
    "intake_file": IntakeFile,
    "quarantine": Quarantine,
    "intake_reading": IntakeReading,
    "visit_count": VisitCount,
    "kept_visit": KeptVisit,
    "held_flag": HeldFlag,
    "whole_export": WholeExport,
    "source_column": SourceColumn,
    "dispute_pair": DisputePair,
    "dispute_link": DisputeLink,
    "erased_dispute": ErasedDispute,
    "intake_setting": IntakeSetting,
}
"""Every table of the warehouse that is neither a core table nor taken from the profile."""

STEERING = ("intake_reading", "erased_dispute", "intake_setting")
"""Those that steer the next intake and hold no data of their own."""


def bookkeeping_ddl() -> str:
    """The statements that make every table of bookkeeping where it is missing."""
    return "\n".join(create_table(name, table) for name, table in BOOKKEEPING.items())
